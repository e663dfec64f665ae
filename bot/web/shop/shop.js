/* The demo shop: switching its language (the widget follows the page by itself) and copying things to try. */
(function () {
  'use strict';
  const COPIED = { zh: '已复制，粘贴到聊天窗口即可', en: 'Copied; paste it into the chat' };
  const TITLES = { zh: '山茶小铺 · Kefu 演示商店', en: 'Camellia Shop · Kefu demo shop' };
  const toast = document.getElementById('toast');
  let timer = 0;

  function language() {
    return document.documentElement.lang.slice(0, 2);
  }

  function speak(next) {
    document.documentElement.lang = next === 'en' ? 'en' : 'zh-CN';
    document.title = TITLES[language()];
    try {
      window.localStorage.setItem('shop.language', language());
    } catch (refused) {
      // Then the choice lasts for this page only.
    }
  }

  function remembered() {
    try {
      return window.localStorage.getItem('shop.language');
    } catch (refused) {
      return null;
    }
  }

  function show(text) {
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => { toast.hidden = true; }, 2500);
  }

  async function copy(button) {
    window.Kefu.open();
    try {
      await navigator.clipboard.writeText(button.textContent);
      show(COPIED[language()]);
    } catch (refused) {
      // Without a clipboard (plain http on another machine) the text itself is shown, to be typed.
      show(button.textContent);
    }
  }

  document.getElementById('language').addEventListener('click', () => speak(language() === 'zh' ? 'en' : 'zh'));
  document.getElementById('origin').textContent = window.location.origin;
  document.querySelectorAll('[data-copy]').forEach((button) => button.addEventListener('click', () => copy(button)));
  document.querySelectorAll('[data-ask]').forEach((button) => button.addEventListener('click', () => window.Kefu.open()));
  const asked = new URLSearchParams(window.location.search).get('lang');
  speak(asked || remembered() || (/^zh/i.test(navigator.language) ? 'zh' : 'en'));
}());
