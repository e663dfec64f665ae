"""The widget as a person meets it: short words for what tests do with it."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.fake_server import FakeServer

LAUNCHER = {"zh": "打开在线客服", "en": "Open customer service chat"}


class Widget:
    """The widget on a page of a shop.

    ``site`` is that page's origin and ``service`` the widget's, where they are not the server's own.
    """

    def __init__(self, page: Page, server: FakeServer | None) -> None:
        self.page = page
        self._origin = server.origin if server else ""

    def visit(self, *, lang: str = "zh-CN", tag: str = "", site: str = "", service: str = "") -> Widget:
        self.page.goto(f"{site or self._origin}/host.html?lang={lang}&tag={tag}&service={service}")
        return self

    def open(self, language: str = "zh") -> Widget:
        self.page.get_by_role("button", name=LAUNCHER[language]).click()
        expect(self.input).to_be_visible()
        return self

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe[title]")

    @property
    def input(self) -> Locator:
        return self.frame.locator("#text")

    @property
    def human(self) -> Locator:
        return self.frame.locator("#human")

    @property
    def banner(self) -> Locator:
        return self.frame.locator("#owner")

    @property
    def alert(self) -> Locator:
        return self.frame.locator("#alert")

    def lines(self, author: str) -> Locator:
        return self.frame.locator(f".line.{author}:not(.intro) .bubble")

    def button(self, name: str) -> Locator:
        return self.frame.get_by_role("button", name=name, exact=True)

    def write(self, text: str) -> Widget:
        self.input.fill(text)
        self.input.press("Enter")
        return self

    def ask(self, text: str) -> Widget:
        """Write and wait for one more answer of the bot."""
        before = self.lines("bot").count()
        self.write(text)
        expect(self.lines("bot")).to_have_count(before + 1)
        return self
