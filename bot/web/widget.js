/*
 * Kefu loader: a button, and a frame to our own origin in which everything else runs. Each script tag is one widget.
 * No syntax an old WeChat lacks. docs/channels/web.md lists the settings, the variables and the calls.
 */
(function (window, document) {
  'use strict';
  var script = document.currentScript, data = script ? script.dataset : {};
  var name = /^[\w-]{1,32}$/.test(data.name || '') ? data.name : '';
  var widgets = (window.Kefu || {}).widgets || {};
  if (!script || widgets[name || 'main']) { return; }
  var source = new URL(script.src), root = document.documentElement, view = window.visualViewport;
  /* In a sandbox without an origin of its own, ours has none either, and nothing can be addressed by origin. */
  var isSandboxed = window.origin === 'null', theirs = isSandboxed ? 'null' : source.origin;
  var side = data.position === 'left' ? 'left' : 'right';
  var identity = data.identity || '', language = data.language || '', target = null, listeners = {};
  var phone = window.matchMedia('(max-width: 520px), (max-height: 460px)');
  var calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  var isOpen = false, isReady = false, isFocused = false, wantsFocus = false, unread = 0, place = 0;
  var button, icon, badge, svg, frame, overflow, opener;
  var parts = ['color', 'ground', 'card', 'text', 'quiet', 'line', 'radius', 'font'];
  var words = {
    zh: ['打开在线客服', '关闭在线客服', '条未读消息', '在线客服聊天窗口'],
    en: ['Open customer service chat', 'Close customer service chat', 'unread', 'Customer service chat']
  };

  function speaks() {
    return /^zh/i.test(language || root.lang || navigator.language) ? 'zh' : 'en';
  }

  /* A --kefu-… variable of the host page, where it holds nothing but a plain value. */
  function variable(key, fallback) {
    var value = window.getComputedStyle(target || root).getPropertyValue('--kefu-' + key).trim();
    return value.length < 200 && /^[\w#%.,()+*/ '"-]+$/.test(value) && !/url|expression/i.test(value) ? value : fallback;
  }

  function color() {
    var value = data.color || variable('color', '');
    return /^#[0-9a-f]{6}$/i.test(value) ? value : '#17775a';
  }

  function theme() {
    var found = {};
    parts.forEach(function (key) { found[key] = variable(key, ''); });
    found.color = color();
    return found;
  }

  /* Through the CSSOM, which a strict policy of the host page allows; important, so that its rules do not leak in. */
  function style(node, rules) {
    node.style.cssText = ('all:initial;box-sizing:border-box;' + rules).replace(/;/g, '!important;');
  }

  /* A browser may refuse storage; then nothing is remembered from page to page. */
  function keyOf(key) { return 'kefu.' + key + (name && '.' + name); }
  function recall(store, key) { try { return window[store].getItem(keyOf(key)); } catch (e) { return null; } }
  function remember(store, key, value) { try { window[store].setItem(keyOf(key), value); } catch (e) { return; } }

  function post(type, message) {
    if (!isReady) { return; }
    message.kefu = type;
    frame.contentWindow.postMessage(message, isSandboxed ? '*' : theirs);
  }

  /* A listener that fails must not keep the others, nor the widget, from going on. */
  function emit(type, detail) {
    (listeners[type] || []).slice().forEach(function (listener) {
      try { listener(detail); } catch (error) { setTimeout(function () { throw error; }); }
    });
  }

  function paintFrame() {
    var bottom = variable('bottom', '20px'), edge = variable('side', '20px'), where;
    frame.title = words[speaks()][3];
    if (target) {
      style(frame, 'display:block;width:100%;height:100%;');
      return;
    }
    where = 'top:auto;left:auto;right:auto;bottom:calc(' + bottom + ' + 72px);' + side + ':' + edge + ';width:' +
      variable('width', '392px') + ';height:' + variable('height', '640px') + ';max-height:calc(100vh - 92px - ' + bottom +
      ');border-radius:' + variable('radius', '16px') + ';';
    if (phone.matches) {
      /* The visible part: a keyboard on the screen may cover the rest. */
      where = 'top:' + (view ? view.offsetTop : 0) + 'px;left:0;width:100%;height:' + (view ? view.height + 'px;' : '100%;');
    }
    style(frame, 'position:fixed;z-index:' + (+variable('z', 2147483000) + 1) + ';background:#fff;' +
      'box-shadow:0 12px 48px rgba(15,30,40,.26);' + where + (calm ? '' : 'transition:opacity .18s,transform .18s;') +
      (isOpen ? 'opacity:1;visibility:visible;' : 'opacity:0;visibility:hidden;transform:translateY(12px);'));
  }

  function paint() {
    var word = words[speaks()], covers = isOpen && phone.matches && !target, shown = unread && !isOpen, back = color();
    var light = parseInt(back.slice(1, 3), 16) * 0.3 + parseInt(back.slice(3, 5), 16) * 0.6 > 150;
    button.setAttribute('aria-label', isOpen ? word[1] : word[0] + (shown ? ', ' + unread + ' ' + word[2] : ''));
    button.setAttribute('aria-expanded', isOpen);
    icon.setAttribute('d', isOpen ? 'M6 6l12 12M18 6L6 18' :
      'M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z');
    badge.textContent = unread > 99 ? '99+' : unread;
    style(svg, 'position:absolute;top:16px;left:16px;width:26px;height:26px;fill:none;stroke-width:2;stroke:' +
      (light ? '#14202b' : '#fff') + ';stroke-linecap:round;stroke-linejoin:round;');
    style(badge, 'position:absolute;top:-4px;right:-4px;min-width:22px;padding:2px 5px;font:600 12px/18px sans-serif;' +
      'text-align:center;color:#fff;background:#c62828;border-radius:11px;display:' + (shown ? 'block;' : 'none;'));
    style(button, 'position:fixed;z-index:' + variable('z', '2147483000') + ';bottom:calc(' + variable('bottom', '20px') + ' + ' +
      place * 74 + 'px);' + side + ':' + variable('side', '20px') + ';width:58px;height:58px;border-radius:50%;' +
      'cursor:pointer;background:' + back + ';box-shadow:0 6px 20px rgba(15,30,40,.3);' +
      (isFocused ? 'outline:3px solid #14202b;outline-offset:3px;' : '') +
      (covers || target || data.launcher === 'false' ? 'display:none;' : 'display:block;'));
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
      encodeURIComponent(color()) + '&host=' + encodeURIComponent(window.origin) + (name && '&name=' + name) +
      (target ? '&inline=1' : '');
    paintFrame();
    (target || document.body).appendChild(frame);
  }

  function show(open, focus) {
    if (!button) { data.open = String(open); return; }
    var isNew = open !== isOpen;
    /* Asked for once more while it is open, it only takes the keyboard. */
    if (!open && (target || !isNew)) { return; }
    isOpen = open;
    wantsFocus = open && focus;
    opener = document.activeElement;
    if (open) { load(); }
    if (!target) { remember('sessionStorage', 'open', open ? '1' : ''); }
    paint();
    if (focus) { (open ? frame : button).focus(); }
    post(open ? 'open' : 'close', { focus: wantsFocus, theme: theme() });
    if (isNew) { emit(open ? 'open' : 'close'); }
  }

  function follow() {
    if (button) { paint(); }
    post('language', { language: speaks() });
  }

  function receive(event) {
    var message = event.data || {}, count, isNew;
    if (!frame || event.source !== frame.contentWindow || event.origin !== theirs) { return; }
    if (message.kefu === 'ready') {
      isReady = true;
      /* An empty frame loses the focus with its first page; somebody who went on elsewhere keeps it there. */
      if (wantsFocus && [opener, frame, document.body].indexOf(document.activeElement) >= 0) { frame.focus(); }
      post('start', { identity: identity, language: speaks(), open: isOpen, focus: wantsFocus, theme: theme() });
      emit('ready');
    } else if (message.kefu === 'unread') {
      count = Math.max(0, Number(message.count) || 0);
      isNew = count !== unread;
      unread = count;
      paint();
      if (isNew) { emit('unread', unread); }
    } else if (message.kefu === 'message') {
      emit('message', message.message);
    } else if (message.kefu === 'talking') {
      remember('localStorage', 'talking', '1');
    } else if (message.kefu === 'close') {
      show(false, true);
    }
  }

  function start() {
    var key;
    try { target = data.target ? document.querySelector(data.target) : null; } catch (e) { target = null; }
    /* Buttons on one side stand above each other. */
    for (key in widgets) { if (widgets[key] !== api && widgets[key].side === side) { place += 1; } }
    api.side = target ? '' : side;
    svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    icon = document.createElementNS(svg.namespaceURI, 'path');
    button = document.createElement('button');
    badge = document.createElement('span');
    svg.setAttribute('viewBox', '0 0 24 24');
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
    if (target || data.open === 'true' || (recall('sessionStorage', 'open') && !phone.matches)) {
      show(true, false);
    } else if (recall('localStorage', 'talking')) {
      load();
    }
  }

  var api = {
    open: function () { show(true, true); },
    close: function () { show(false, true); },
    identify: function (token) { identity = token || ''; post('identify', { identity: identity }); },
    setLanguage: function (tag) { language = tag || ''; follow(); },
    /* Calls back for `message`, `unread`, `open`, `close` and `ready`; what it returns takes the listener away again. */
    on: function (type, listener) {
      (listeners[type] = listeners[type] || []).push(listener);
      return function () {
        listeners[type] = listeners[type].filter(function (one) { return one !== listener; });
      };
    }
  };
  widgets[name || 'main'] = api;
  /* The first widget of a page is Kefu itself; each is found in Kefu.widgets by its name. */
  window.Kefu = window.Kefu || api;
  window.Kefu.widgets = widgets;
  window.addEventListener('message', receive);
  if (document.body) { start(); } else { document.addEventListener('DOMContentLoaded', start); }
}(window, document));
