"""Takes the papers' pictures: what is said in the demo, as two people see it. Needs the test extra and a Chromium.

.venv/bin/python docs/picture.py docs/demo.png      # README's: a ticket
.venv/bin/python docs/picture.py docs/notice.png    # a secretary's warning with a file, and the group that hears it
"""

import asyncio
import os
import shutil
import socket
import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, async_playwright

PHONE = {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAUSE_MS = int(os.environ.get("PAUSE_MS", "1200"))  #: for the answer to arrive and to be drawn
PAPER: FilePayload = {"name": "送水时间.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n"}


async def enter(browser: Browser, address: str, name: str) -> Page:
    """The page of somebody who has just chosen who he is."""
    context = await browser.new_context(
        viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", device_scale_factor=2
    )  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_text(name, exact=True).last.click()
    await page.wait_for_timeout(PAUSE_MS)
    return page


async def say(page: Page, text: str) -> None:
    """Write into the chat that is open."""
    await page.locator("textarea").fill(text)
    await page.keyboard.press("Enter")
    await page.wait_for_timeout(PAUSE_MS)


async def alone(page: Page) -> None:
    """Open the chat with the bot alone."""
    await page.locator("#tabs button").last.click()
    await page.wait_for_timeout(PAUSE_MS)


async def conversation(browser: Browser, address: str) -> list[bytes]:
    """Play it and take a picture of each side."""
    resident, neighbour = await enter(browser, address, "2-1203 李姐"), await enter(browser, address, "2-502 冉幺妹")
    on_duty = await enter(browser, address, await duty_name(neighbour))
    await say(resident, "哪家的快递放错到我门口了哈，自己来拿")
    await say(resident, "2单元电梯又坏了，停在5楼半天不动，老人家下不来")
    await say(neighbour, "我家也是，等了二十分钟了")
    await alone(on_duty)
    await on_duty.get_by_role("button", name="接单").last.click()
    await on_duty.wait_for_timeout(PAUSE_MS)
    await say(on_duty, "办结 1 门机皮带断了，换好了")
    await resident.wait_for_timeout(PAUSE_MS)
    return [await resident.screenshot(), await on_duty.screenshot()]


async def notice(browser: Browser, address: str) -> list[bytes]:
    """A secretary writes a notice with a file that may go at any hour, and confirms it; a resident reads it."""
    secretary, resident = await enter(browser, address, "蒋主任"), await enter(browser, address, "2-1203 李姐")
    await alone(secretary)
    await secretary.locator("#files").set_input_files(PAPER)
    await secretary.wait_for_timeout(PAUSE_MS)
    await say(secretary, "预警 3栋、5栋：水泵坏了正在抢修，今天14点到20点停水，请赶紧接水。各层送水时间见附件。")
    await secretary.get_by_role("button", name="确认发送").last.click()
    await resident.wait_for_timeout(5 * PAUSE_MS)
    return [await secretary.screenshot(), await resident.screenshot()]


SCENES = {"demo": conversation, "notice": notice}


async def duty_name(page: Page) -> str:
    """Who is on duty, as the bot says it."""
    await alone(page)
    await say(page, "今天谁值班")
    said = await page.locator("#log").inner_text()
    await page.locator("#tabs button").first.click()
    return next(name for name in ("王芳", "赵强", "陈素芬") if name in said)


def beside(pictures: list[bytes]) -> Image.Image:
    """The pictures in one row."""
    images = [Image.open(BytesIO(picture)).convert("RGB") for picture in pictures]
    gap = 40
    sheet = Image.new("RGB", (sum(i.width for i in images) + gap * (len(images) - 1), images[0].height), "white")
    left = 0
    for image in images:
        sheet.paste(image, (left, 0))
        left += image.width + gap
    return sheet.resize((sheet.width // 2, sheet.height // 2))


async def until_up(port: int) -> None:
    """Wait until the demo lets people in."""
    async with asyncio.timeout(180):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.2)
            else:
                return writer.close()


async def main(target: Path) -> None:
    """Start the demo in an empty folder, play, and write the picture."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        data = str(Path(folder) / "data")
        command = (sys.executable, "-m", "bot", "demo", "--port", str(port), "--data", data)
        service = await asyncio.create_subprocess_exec(*command)
        try:
            await until_up(port)
            async with async_playwright() as playwright:
                chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
                browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                beside(await SCENES[target.stem](browser, f"http://127.0.0.1:{port}/")).save(target, optimize=True)
                await browser.close()
        finally:
            service.terminate()
            await service.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
