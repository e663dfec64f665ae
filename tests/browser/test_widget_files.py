"""Photos and files from the widget: chosen, pasted, dropped; on a bad line, over a reload, and refused ones."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.fake_server import FakeServer
from tests.browser.widget_page import Widget

PDF = {"name": "发票 11月.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + b"x" * 3000}


def photo(width: int = 40, height: int = 30, *, kind: str = "PNG", noise: bool = False) -> bytes:
    picture = Image.effect_noise((width, height), 120).convert("RGB") if noise else Image.new("RGB", (width, height))
    out = io.BytesIO()
    picture.save(out, kind, quality=95)
    return out.getvalue()


PNG = {"name": "破损.png", "mimeType": "image/png", "buffer": photo()}


def choose(widget: Widget, *files: dict[str, object]) -> None:
    widget.frame.locator("#file").set_input_files(list(files))  # type: ignore[arg-type]


def shots(widget: Widget) -> Locator:
    return widget.frame.locator(".line.customer .shot img")


def attachments(server: FakeServer) -> list[str]:
    said = [message for one in server.conversations for message in one.messages]
    return [message["attachment"]["name"] for message in said if message["attachment"]]


def shown(image: Locator) -> int:
    expect(image).to_be_visible()
    width: int = image.evaluate("(one) => one.decode().then(() => one.naturalWidth)")
    return width


def test_a_photo_and_a_document(widget: Widget, page: Page, server: FakeServer, troubles: list[str]) -> None:
    widget.visit().open()
    with page.expect_file_chooser() as chooser:
        widget.button("发送照片或文件").click()
    chooser.value.set_files([PNG, PDF])  # type: ignore[list-item]
    server.wait_until(lambda: attachments(server) == ["破损.png", "发票 11月.pdf"])
    assert shown(shots(widget)) == 40
    expect(widget.frame.locator(".file")).to_contain_text("发票 11月.pdf")
    expect(widget.frame.locator(".status:not(:empty)")).to_have_count(0)
    page.reload()
    assert shown(shots(widget)) == 40
    link = widget.frame.locator("a.shot")
    assert "/channels/web/files/" in (link.get_attribute("href") or "")
    expect(widget.frame.get_by_role("img", name="照片：破损.png")).to_be_visible()
    assert troubles == []


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_pasted_and_dropped_files_are_sent_as_well(widget: Widget, server: FakeServer, way: str) -> None:
    widget.visit().open()
    give = """(target, [way, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], 'cut.png', { type: 'image/png' }));
      const more = { bubbles: true, cancelable: true };
      if (way === 'paste') target.dispatchEvent(new ClipboardEvent('paste', { ...more, clipboardData: data }));
      else ['dragenter', 'dragover', 'drop'].forEach((type) => {
        target.dispatchEvent(new DragEvent(type, { ...more, dataTransfer: data }));
      });
    }"""
    widget.input.evaluate(give, [way, list(photo())])
    server.wait_until(lambda: attachments(server) == ["cut.png"])
    assert shown(shots(widget)) == 40
    expect(widget.frame.locator(".drop")).to_have_count(0)


def test_a_pasted_table_stays_text(widget: Widget, server: FakeServer) -> None:
    widget.visit().open()
    prevented = widget.input.evaluate(
        """(target, bytes) => {
          const data = new DataTransfer();
          data.setData('text/plain', 'a table');
          data.items.add(new File([new Uint8Array(bytes)], 'cut.png', { type: 'image/png' }));
          const more = { bubbles: true, cancelable: true };
          return !target.dispatchEvent(new ClipboardEvent('paste', { ...more, clipboardData: data }));
        }""",
        list(photo()),
    )
    assert not prevented
    assert server.uploads == 0


def test_a_file_chosen_without_a_line_is_sent_once_after_a_reload(
    widget: Widget, page: Page, server: FakeServer
) -> None:
    widget.visit().open().ask("你好")
    server.down = True
    widget.write("碎了，看照片")
    choose(widget, PNG)
    widget.write("怎么办")
    expect(widget.frame.locator(".line.customer")).to_have_count(4)
    expect(shots(widget)).to_be_visible()
    page.reload()
    # Without a line only what waits on the device itself can be shown.
    expect(widget.frame.locator(".line.customer")).to_have_count(3)
    expect(widget.frame.locator(".file")).to_contain_text("破损.png")
    server.down = False
    page.frames[1].evaluate("window.dispatchEvent(new Event('online'))")
    server.wait_until(lambda: attachments(server) == ["破损.png"])
    expect(widget.frame.locator(".status:not(:empty)")).to_have_count(0)
    said = [one["text"] or "photo" for one in server.conversations[0].messages if one["author"] == "customer"]
    assert said == ["你好", "碎了，看照片", "photo", "怎么办"]
    assert shown(shots(widget)) == 40


def test_a_lost_answer_does_not_double_a_photo(widget: Widget, page: Page, server: FakeServer) -> None:
    widget.visit().open().ask("你好")
    server.drop_answers = True
    choose(widget, PNG)
    server.wait_until(lambda: attachments(server) == ["破损.png"])
    server.drop_answers = False
    page.frames[1].evaluate("window.dispatchEvent(new Event('online'))")
    expect(widget.frame.locator(".status:not(:empty)")).to_have_count(0)
    assert attachments(server) == ["破损.png"]
    assert len(server.files) == 1


def test_refused_files_say_why_and_can_be_removed(widget: Widget, server: FakeServer) -> None:
    server.file_mb = 1
    widget.visit(lang="en").open("en")
    choose(widget, {"name": "run.png", "mimeType": "image/png", "buffer": b"MZ not a picture"})
    expect(widget.frame.locator(".status")).to_contain_text("the server's words for unsupported_file")
    widget.button("Remove").click()
    expect(widget.frame.locator(".line.customer")).to_have_count(0)
    choose(widget, {"name": "long.mp4", "mimeType": "video/mp4", "buffer": b"\0" * (1024 * 1024 + 1)})
    expect(widget.frame.locator(".status")).to_contain_text("larger than 1 MB")
    assert server.uploads == 1
    expect(widget.button("Edit")).to_have_count(0)


def test_a_large_photo_is_made_smaller_before_it_is_sent(widget: Widget, server: FakeServer) -> None:
    large = photo(3000, 2000, kind="JPEG", noise=True)
    widget.visit().open()
    choose(widget, {"name": "IMG_1.JPG", "mimeType": "image/jpeg", "buffer": large})
    server.wait_until(lambda: attachments(server) == ["IMG_1.jpg"])
    ((_, data, _),) = server.files.values()
    assert Image.open(io.BytesIO(data)).size == (2560, 1707)
    assert len(data) < len(large)


def test_the_code_for_files_is_loaded_with_the_first_file(widget: Widget, page: Page) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
    widget.visit().open().ask("你好")
    assert "files.js" not in loaded
    choose(widget, PNG)
    expect(shots(widget)).to_be_visible()
    assert loaded.count("files.js") == 1
