"""Take the README's pictures from a running `kefu run`: python scripts/screenshots.py URL OUT

A customer asks for an order through the real page and then for a person; an agent answers at the desk.
KEFU_DEMO_PASSWORD is the password the server was started with. OUT is a folder; it gets widget.png,
widget-phone.png and desk.png.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, FrameLocator, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.browser.chromium import ARGUMENTS, MISSING, chromium_path

PATIENCE = 60_000
"""Milliseconds for one answer: the first ones after a start are slow on a small machine."""
SHOP_TIME = "Asia/Shanghai"


def wait_until_ready(url: str) -> None:
    """Until the brain answers; gives up after five minutes."""
    end = time.monotonic() + 300
    while True:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:
                if json.load(answer)["status"] == "ready":
                    return
        except urllib.error.HTTPError as error:
            problem = error.read().decode(errors="replace")
        except OSError as error:
            problem = str(error)
        if time.monotonic() > end:
            sys.exit(f"{url} is not ready: {problem}\n  Remedy: start it with 'make run' and try again.")
        time.sleep(1)


def new_page(browser: Browser, width: int, height: int, *, phone: bool = False, lang: str = "zh-CN") -> Page:
    context = browser.new_context(
        locale=lang,
        timezone_id=SHOP_TIME,
        viewport={"width": width, "height": height},
        device_scale_factor=2,
        is_mobile=phone,
        has_touch=phone,
    )
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def ask(chat: FrameLocator, text: str) -> None:
    """Say something and wait for one more line of the bot."""
    answers = chat.locator(".line.bot:not(.intro)")
    before = answers.count()
    chat.locator("#text").fill(text)
    chat.locator("#text").press("Enter")
    answers.nth(before).wait_for()


def settle(page: Page) -> None:
    """Let pictures load and movements end before the shutter."""
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished))")
    page.wait_for_load_state("networkidle")


def customer(browser: Browser, url: str, out: Path) -> Page:
    """The Chinese order conversation; returns the page, which now waits for a person."""
    page = new_page(browser, 1280, 800)
    page.goto(f"{url}/?lang=zh")
    page.get_by_role("button", name="打开在线客服").click()
    chat = page.frame_locator("iframe")
    for text in ("我的订单到哪了", "SO202611010002", "8002"):
        ask(chat, text)
    expect(chat.locator(".card.order").first).to_be_visible()
    chat.locator("#log").hover()
    settle(page)
    page.screenshot(path=out / "widget.png")
    chat.locator("#human").click()
    expect(chat.locator("#owner[data-owner=waiting]")).to_be_visible()
    return page


def english_phone(browser: Browser, url: str, out: Path) -> None:
    page = new_page(browser, 390, 844, phone=True, lang="en-GB")
    page.goto(f"{url}/?lang=en")
    page.get_by_role("button", name="Open customer service chat").tap()
    chat = page.frame_locator("iframe")
    for text in ("Where is my order?", "SO202611010002", "8002"):
        ask(chat, text)
    expect(chat.locator(".card.order").first).to_be_visible()
    settle(page)
    page.screenshot(path=out / "widget-phone.png")


def agent(browser: Browser, url: str, out: Path, password: str) -> None:
    """The newest customer of the queue is claimed and answered."""
    page = new_page(browser, 1440, 900)
    page.goto(f"{url}/desk/")
    page.locator("#username").fill("agent")
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")
    page.locator(".row").last.click()
    page.get_by_role("button", name="接入会话").click()
    page.locator("#reply").fill("您好，我看到您的耳机已经到浦东营业点了，明天会安排派送，我帮您跟进。")
    page.keyboard.press("Enter")
    expect(page.locator(".line.agent:not(.unsent)")).to_have_count(1)
    page.locator(".decision summary").last.click()
    page.locator(".transcript").evaluate("(log) => log.scrollTo(0, log.scrollHeight)")
    settle(page)
    page.screenshot(path=out / "desk.png")


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    url, out = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    password = os.environ.get("KEFU_DEMO_PASSWORD")
    path = chromium_path()
    if path is None:
        sys.exit(MISSING)
    if not password:
        sys.exit("Set KEFU_DEMO_PASSWORD to the password that `kefu run` was started with.")
    out.mkdir(parents=True, exist_ok=True)
    wait_until_ready(url)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        customer(browser, url, out)
        english_phone(browser, url, out)
        agent(browser, url, out, password)
        browser.close()
    print(f"{out}/widget.png, {out}/widget-phone.png, {out}/desk.png")


if __name__ == "__main__":
    main()
