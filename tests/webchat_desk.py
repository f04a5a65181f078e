"""A served page and a real browser in front of it."""

import os
import shutil
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, FilePayload, Locator, Page, expect

from bot.channels.webchat import Webchat
from tests.webchat_harness import Ear, PaperDoor


def chromium() -> str:
    """Where the browser is; without one the tests here are not run, or fail where they must run."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        absent = pytest.fail if os.environ.get("CI") else pytest.skip
        absent("no Chromium on this machine: the browser tests are not run")
    return found


@dataclass
class Desk:
    """A served page and the browser in front of it; `complaints` is what the browser had to say about the page."""

    browser: Browser
    door: PaperDoor
    ear: Ear
    webchat: Webchat
    address: str = ""
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def context(self, **given: object) -> BrowserContext:
        context = await self.browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **given)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", self._overhear)
        context.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.contexts.append(context)
        return context

    async def page(self, path: str, context: BrowserContext | None = None) -> Page:
        page = await (context or await self.context()).new_page()
        await page.goto(self.address + path)
        return page

    async def sits_down(self, who: str, context: BrowserContext | None = None) -> Page:
        page = await self.page(f"/?as={who}", context)
        await expect(page.locator("#chat")).to_be_visible()
        return page

    def _overhear(self, said: ConsoleMessage) -> None:
        if "Content Security" in said.text:
            self.complaints.append(said.text)


async def say(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")


async def arrived(page: Page) -> None:
    """What was said is shown at once, and has been heard when it is no longer shown as on its way."""
    await expect(page.locator(".mine .fate")).to_have_count(0)


def bubbles(page: Page, text: str) -> Locator:
    return page.locator(".line .words", has_text=text)


def file(name: str, kind: str, content: bytes) -> FilePayload:
    """A file as it is chosen on a telephone."""
    return {"name": name, "mimeType": kind, "buffer": content}
