/* Kefu loader: a button, and a frame to our own origin in which everything else runs. No syntax an old WeChat lacks. */
(function (window, document) {
  'use strict';
  var script = document.currentScript;
  if (!script || window.Kefu) { return; }
  var source = new URL(script.src), data = script.dataset, root = document.documentElement, view = window.visualViewport;
  var color = /^#[0-9a-f]{6}$/i.test(data.color || '') ? data.color : '#17775a';
  var light = parseInt(color.slice(1, 3), 16) * 0.3 + parseInt(color.slice(3, 5), 16) * 0.6 > 150;
  var side = data.position === 'left' ? 'left' : 'right';
  var identity = data.identity || '', language = data.language || '';
  var phone = window.matchMedia('(max-width: 520px), (max-height: 460px)');
  var calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  var isOpen = false, isReady = false, isFocused = false, wantsFocus = false, unread = 0;
  var button, icon, badge, frame, overflow;
  var words = {
    zh: ['打开在线客服', '关闭在线客服', '条未读消息', '在线客服聊天窗口'],
    en: ['Open customer service chat', 'Close customer service chat', 'unread', 'Customer service chat']
  };

  function speaks() {
    return /^zh/i.test(language || root.lang || navigator.language) ? 'zh' : 'en';
  }

  /* Through the CSSOM, which a strict policy of the host page allows; important, so that its rules do not leak in. */
  function style(node, rules) {
    node.style.cssText = ('all:initial;box-sizing:border-box;' + rules).replace(/;/g, '!important;');
  }

  /* A browser may refuse storage; then nothing is remembered from page to page. */
  function recall(store, key) { try { return window[store].getItem(key); } catch (e) { return null; } }
  function remember(store, key, value) { try { window[store].setItem(key, value); } catch (e) { return; } }

  function post(type, message) {
    if (!isReady) { return; }
    message.kefu = type;
    frame.contentWindow.postMessage(message, source.origin);
  }

  function paintFrame() {
    var place = 'top:auto;left:auto;right:auto;bottom:92px;' + side + ':20px;width:392px;height:640px;' +
      'max-height:calc(100vh - 112px);border-radius:16px;';
    if (phone.matches) {
      /* The visible part: a keyboard on the screen may cover the rest. */
      place = 'top:' + (view ? view.offsetTop : 0) + 'px;left:0;width:100%;height:' + (view ? view.height + 'px;' : '100%;');
    }
    style(frame, 'position:fixed;z-index:2147483001;background:#fff;box-shadow:0 12px 48px rgba(15,30,40,.26);' + place +
      (calm ? '' : 'transition:opacity .18s,transform .18s;') +
      (isOpen ? 'opacity:1;visibility:visible;' : 'opacity:0;visibility:hidden;transform:translateY(12px);'));
    frame.title = words[speaks()][3];
  }

  function paint() {
    var word = words[speaks()], covers = isOpen && phone.matches, shown = unread && !isOpen;
    button.setAttribute('aria-label', isOpen ? word[1] : word[0] + (shown ? ', ' + unread + ' ' + word[2] : ''));
    button.setAttribute('aria-expanded', isOpen);
    icon.setAttribute('d', isOpen ? 'M6 6l12 12M18 6L6 18' :
      'M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z');
    badge.textContent = unread > 99 ? '99+' : unread;
    style(badge, 'position:absolute;top:-4px;right:-4px;min-width:22px;padding:2px 5px;font:600 12px/18px sans-serif;' +
      'text-align:center;color:#fff;background:#c62828;border-radius:11px;display:' + (shown ? 'block;' : 'none;'));
    style(button, 'position:fixed;z-index:2147483000;bottom:20px;' + side + ':20px;width:58px;height:58px;border-radius:50%;' +
      'cursor:pointer;background:' + color + ';box-shadow:0 6px 20px rgba(15,30,40,.3);' +
      (isFocused ? 'outline:3px solid #14202b;outline-offset:3px;' : '') + (covers ? 'display:none;' : 'display:block;'));
    if (frame) { paintFrame(); }
    if (covers && overflow === undefined) {
      overflow = root.style.overflow;
      root.style.overflow = 'hidden';
    } else if (!covers && overflow !== undefined) {
      root.style.overflow = overflow;
      overflow = undefined;
    }
  }

  function load() {
    if (frame) { return; }
    frame = document.createElement('iframe');
    frame.src = source.href.replace(/widget\.js.*$/, 'widget/') + '?language=' + speaks() + '&color=' +
      encodeURIComponent(color) + '&host=' + encodeURIComponent(window.origin);
    paintFrame();
    document.body.appendChild(frame);
  }

  function show(open, focus) {
    if (!button) { data.open = String(open); return; }
    if (open === isOpen) { return; }
    isOpen = open;
    wantsFocus = open && focus;
    if (open) { load(); }
    remember('sessionStorage', 'kefu.open', open ? '1' : '');
    paint();
    if (focus) { (open ? frame : button).focus(); }
    post(open ? 'open' : 'close', { focus: wantsFocus });
  }

  function follow() {
    if (button) { paint(); }
    post('language', { language: speaks() });
  }

  function receive(event) {
    var message = event.data || {};
    if (!frame || event.source !== frame.contentWindow || event.origin !== source.origin) { return; }
    if (message.kefu === 'ready') {
      isReady = true;
      post('start', { identity: identity, language: speaks(), open: isOpen, focus: wantsFocus });
    } else if (message.kefu === 'unread') {
      unread = Math.max(0, Number(message.count) || 0);
      paint();
    } else if (message.kefu === 'talking') {
      remember('localStorage', 'kefu.talking', '1');
    } else if (message.kefu === 'close') {
      show(false, true);
    }
  }

  function start() {
    var svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    icon = document.createElementNS(svg.namespaceURI, 'path');
    button = document.createElement('button');
    badge = document.createElement('span');
    svg.setAttribute('viewBox', '0 0 24 24');
    style(svg, 'position:absolute;top:16px;left:16px;width:26px;height:26px;fill:none;stroke-width:2;stroke:' +
      (light ? '#14202b' : '#fff') + ';stroke-linecap:round;stroke-linejoin:round;');
    button.type = 'button';
    button.onclick = function () { show(!isOpen, true); };
    button.onfocus = button.onblur = function (event) { isFocused = event.type === 'focus'; paint(); };
    svg.appendChild(icon);
    button.appendChild(svg);
    button.appendChild(badge);
    document.body.appendChild(button);
    document.addEventListener('keydown', function (event) {
      if (event.key === 'Escape' && isOpen && !event.defaultPrevented) { show(false, true); }
    });
    (view || window).addEventListener('resize', paint);
    phone.addListener(paint);
    new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ['lang'] });
    paint();
    if (data.open === 'true' || (recall('sessionStorage', 'kefu.open') && !phone.matches)) {
      show(true, false);
    } else if (recall('localStorage', 'kefu.talking')) {
      load();
    }
  }

  window.addEventListener('message', receive);
  window.Kefu = {
    open: function () { show(true, true); },
    close: function () { show(false, true); },
    identify: function (token) { identity = token || ''; post('identify', { identity: identity }); },
    setLanguage: function (tag) { language = tag || ''; follow(); }
  };
  if (document.body) { start(); } else { document.addEventListener('DOMContentLoaded', start); }
}(window, document));
