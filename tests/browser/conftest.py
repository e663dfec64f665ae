"""A Chromium of the machine and a fake server. Without a Chromium its tests are skipped, with the reason once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, MISSING, chromium_path
from tests.browser.fake_server import FakeServer
from tests.browser.widget_page import Widget

LEFT_OUT = pytest.StashKey[int]()
PATIENCE = 10_000
"""Milliseconds a condition may take before the test gives up."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a Chromium the tests that need one are left out, and one line at the end says so."""
    if chromium_path() is not None:
        return
    needing = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in needing]
    config.hook.pytest_deselected(items=needing)
    config.stash[LEFT_OUT] = len(needing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(f"{config.stash[LEFT_OUT]} browser tests skipped: {MISSING}")


# Not pytest-playwright's session-wide fixtures: its event loop would stay on the main thread and break every
# asynchronous test that runs after these.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer().start()
    yield server
    server.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 820})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def troubles(context: BrowserContext) -> list[str]:
    """What the consoles of all pages complained about: errors, and violations of the security policy."""
    found: list[str] = []
    context.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: found.append(str(error.error)))
    return found


@pytest.fixture
def widget(page: Page, server: FakeServer, troubles: list[str]) -> Widget:
    return Widget(page, server)
