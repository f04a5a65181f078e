"""The page in a real browser, used as a neighbour uses it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from bot.channels.webchat import Webchat, WebchatConfig, alone_with
from bot.media import MediaStore
from handlers.messages import Button, Happening, Mention, Words
from tests.test_media import picture
from tests.webchat_desk import Desk, arrived, bubbles, chromium, file, say
from tests.webchat_harness import BOT_NAME, CHEN, GROUP, LI, LIMIT, WANG, XIA, Ear, PaperDoor, demo, serving, utc_now

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PHONE = {"width": 360, "height": 740}
LAMP = "2单元楼道灯不亮了"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> \u202eمرحبا"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        # Without its sandbox Chromium also runs as root, as it does on a build machine.
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(browser: Browser, tmp_path: Path) -> AsyncIterator[Desk]:
    door, ear = PaperDoor(), Ear()
    desk = Desk(browser, door, ear, demo(tmp_path, ear, door))
    async with serving(desk.webchat) as desk.address:
        yield desk
        for context in desk.contexts:
            await context.close()
    assert desk.complaints == []


async def test_one_chooses_who_to_be_and_chats(desk: Desk) -> None:
    page = await desk.page("/")
    await expect(page.locator("#people a")).to_have_count(5)
    await page.fill("#search", "红管家")
    await expect(page.locator("#people a")).to_have_count(1)
    await page.fill("#search", "没有这个人")
    await expect(page.locator("#nobody")).to_be_visible()
    await page.fill("#search", "李")
    await page.click("#people a")
    await expect(page.locator("#title")).to_have_text("石龙巷3栋邻里群")
    await expect(page.locator("#me-name")).to_have_text(LI.name)


async def test_two_neighbours_in_two_tabs_of_one_browser_see_each_other(desk: Desk) -> None:
    context = await desk.context()
    li, xia = await desk.sits_down(LI.id, context), await desk.sits_down(XIA.id, context)
    await say(li, LAMP)
    await expect(bubbles(xia, LAMP)).to_be_visible()
    await say(xia, "我们这边也是")
    await expect(bubbles(li, "我们这边也是")).to_be_visible()
    await expect(li.locator(".line.mine .words")).to_have_text([LAMP])
    await expect(li.locator(".fate")).to_have_count(0)
    await expect(xia.locator("#announce")).to_have_text(f"{LI.name}：{LAMP}")


async def test_what_somebody_types_stays_text(desk: Desk) -> None:
    li, xia = await desk.sits_down(LI.id), await desk.sits_down(XIA.id)
    await say(li, HOSTILE)
    await expect(bubbles(xia, "onerror")).to_have_text(HOSTILE)
    await expect(xia.locator(".line .words img, .line script")).to_have_count(0)


async def test_an_address_becomes_a_link_and_nothing_else_does(desk: Desk) -> None:
    li = await desk.sits_down(LI.id)
    await desk.webchat.send(GROUP, Words("看 https://example.org/a?b=1。javascript:alert(1)"))
    await expect(li.locator(".words a")).to_have_attribute("href", "https://example.org/a?b=1")


async def test_somebody_is_called_with_the_keyboard(desk: Desk) -> None:
    page = await desk.sits_down(LI.id)
    await page.focus("#text")
    await page.keyboard.type("@陈")
    await expect(page.locator("#picker [aria-selected=true]")).to_contain_text(CHEN.name)
    await page.keyboard.press("Enter")
    await page.keyboard.type("灯坏了 @")
    await expect(page.locator("#picker li")).to_have_count(4)
    await page.keyboard.press("Escape")
    await expect(page.locator("#picker")).to_be_hidden()
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Enter")
    await expect(page.locator(".mine .called")).to_have_text(f"@{CHEN.name}")
    await arrived(page)
    assert desk.ear.last.mentions == (CHEN.id,)
    assert not desk.ear.last.to_bot


async def test_enter_belongs_to_the_input_method_while_it_is_choosing(desk: Desk) -> None:
    page = await desk.sits_down(LI.id)
    await page.fill("#text", "deng")
    await page.locator("#text").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await expect(page.locator("#text")).to_have_value("deng")
    assert not desk.ear.calls


async def test_a_message_is_quoted(desk: Desk) -> None:
    said = (await desk.webchat.send(GROUP, Words("12 号工单：楼道灯"))).id
    page = await desk.sits_down(CHEN.id)
    await bubbles(page, "12 号工单").click()
    await page.get_by_role("menuitem", name="引用").click()
    await expect(page.locator("#quoting-text")).to_have_text("引用 红管家：12 号工单：楼道灯")
    await say(page, "接单")
    await expect(page.locator(".mine blockquote")).to_have_text("红管家：12 号工单：楼道灯")
    await arrived(page)
    assert (desk.ear.last.reply_to, desk.ear.last.to_bot) == (said, True)


async def test_a_button_is_pressed(desk: Desk) -> None:
    page = await desk.sits_down(CHEN.id)
    await desk.webchat.send(GROUP, Words("12 号工单", (Button("接单", "接单 12"),), (Mention(CHEN.id, CHEN.name),)))
    await expect(page.locator(".from-bot .bot-tag")).to_have_text("机器人")
    await expect(page.locator(".me-called")).to_have_text(f"@{CHEN.name}")
    await page.get_by_role("button", name="接单").click()
    await expect(page.locator(".buttons .pressed")).to_be_visible()
    await arrived(page)
    assert (desk.ear.last.happening, desk.ear.last.text) == (Happening.PRESSED, "1|接单 12")


async def test_a_photo_is_chosen_seen_and_sent(desk: Desk) -> None:
    li, xia = await desk.sits_down(LI.id), await desk.sits_down(XIA.id)
    await li.set_input_files("#files", file("灯.jpg", "image/jpeg", picture(size=(300, 200))))
    await expect(li.locator("#tray li")).to_have_count(1)
    await expect(li.locator("#tray progress")).to_have_count(0)
    await li.click("#send")
    image = xia.locator(".picture img")
    await expect(image).to_be_visible()
    await expect(image).to_have_js_property("naturalWidth", 300)
    await expect(li.locator("#tray")).to_be_hidden()
    await xia.locator(".picture").click()
    await expect(xia.locator("#viewer")).to_be_visible()
    assert len(desk.ear.last.attachments) == 1


async def test_a_file_that_is_no_picture_is_refused_in_words(desk: Desk) -> None:
    page = await desk.sits_down(LI.id)
    await page.set_input_files("#files", file("film.mp4", "video/mp4", b"film"))
    await expect(page.locator("#refusal")).to_have_text("文件请点开“私聊”单独发给机器人，群里只发照片和文字。")
    await page.set_input_files("#files", file("huge.jpg", "image/jpeg", bytes(2 * LIMIT)))
    await expect(page.locator("#refusal")).to_have_text("这张图片超过 1 MB，请发小一点的。")
    await expect(page.locator("#tray")).to_be_hidden()


async def test_a_message_is_taken_back(desk: Desk) -> None:
    li, xia = await desk.sits_down(LI.id), await desk.sits_down(XIA.id)
    await say(li, "发错了")
    await bubbles(li, "发错了").click()
    await li.get_by_role("menuitem", name="撤回").click()
    await expect(xia.locator(".notice")).to_have_text(f"{LI.name} 撤回了一条消息")
    await expect(li.locator(".notice")).to_have_text("您 撤回了一条消息")
    await say(xia, "什么")
    await bubbles(li, "什么").click()
    await expect(li.get_by_role("menuitem", name="引用")).to_be_visible()
    await expect(li.get_by_role("menuitem", name="撤回")).to_have_count(0)


async def test_what_did_not_go_out_is_sent_again_with_one_tap(desk: Desk) -> None:
    li, xia = await desk.sits_down(LI.id), await desk.sits_down(XIA.id)
    desk.ear.failures = 1
    await say(li, LAMP)
    await li.get_by_role("button", name="重发").click()
    await expect(bubbles(xia, LAMP)).to_have_count(1)
    await expect(li.locator(".fate")).to_have_count(0)
    await expect(li.locator(".line")).to_have_count(1)
    assert len(desk.ear.heard) == 1


async def test_a_page_finds_back_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    ear = Ear()
    context = await desk.context()
    async with serving(demo(tmp_path, ear)) as desk.address:
        page = await desk.sits_down(LI.id, context)
        await say(page, "重启之前")
        await expect(page.locator(".fate")).to_have_count(0)
    await expect(page.locator("#status")).to_have_text("连接断开，正在重新连接…")
    await say(page, "断线时写的")
    await expect(page.get_by_role("button", name="重发")).to_be_visible()
    again = demo(tmp_path, ear)
    async with serving(again, int(desk.address.rsplit(":", 1)[1])):
        await again.send(GROUP, Words("我回来了"))
        await expect(bubbles(page, "我回来了")).to_be_visible()
        await expect(page.locator("#status")).to_be_hidden()
        await page.get_by_role("button", name="重发").click()
        await expect(page.locator(".line .words")).to_have_text(["重启之前", "我回来了", "断线时写的"])
        await page.close()
    assert len(ear.heard) == 2


async def test_the_other_tab_counts_what_is_unread(desk: Desk) -> None:
    page = await desk.sits_down(WANG.id)
    tab = page.locator(".tab", has_text="私聊")
    for number in (12, 13):
        await desk.webchat.send(alone_with(WANG.id), Words(f"请接 {number} 号工单"))
    await expect(tab.locator(".badge")).to_contain_text("2")
    await expect(page).to_have_title("(2) 石龙巷3栋邻里群")
    await tab.click()
    await expect(page.locator(".badge")).to_have_count(0)
    await expect(page).to_have_title("私聊红管家")
    await expect(page.locator("#at")).to_be_hidden()


async def test_whoever_reads_further_up_is_left_there(desk: Desk) -> None:
    page = await desk.sits_down(LI.id)
    for number in range(30):
        await desk.webchat.send(GROUP, Words(f"第 {number} 条"))
    await expect(bubbles(page, "第 29 条")).to_be_in_viewport()
    await page.locator("#log").evaluate("log => log.scrollTop = 0")
    await expect(bubbles(page, "第 0 条")).to_be_in_viewport()
    await desk.webchat.send(GROUP, Words("最新的"))
    await expect(page.locator("#newer")).to_have_text("↓ 1 条新消息")
    await expect(bubbles(page, "第 0 条")).to_be_in_viewport()
    await page.click("#newer")
    await expect(bubbles(page, "最新的")).to_be_in_viewport()
    await expect(page.locator("#newer")).to_be_hidden()


@pytest.mark.parametrize("big", [False, True])
async def test_nothing_sticks_out_of_a_narrow_phone(desk: Desk, big: bool) -> None:
    page = await desk.sits_down(LI.id, await desk.context(viewport=PHONE, has_touch=True, is_mobile=True))
    if big:
        await page.click("#big")
    await desk.webchat.send(GROUP, Words("长" * 300 + "a" * 300, tuple(Button(f"按钮{n}", "帮助") for n in range(6))))
    await expect(page.locator(".line")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    for place in ("#text", "#send", "#pick", "#big"):
        box = await page.locator(place).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        assert box["height"] >= 44 if place != "#big" else box["height"] >= 40
        assert box["y"] + box["height"] <= PHONE["height"]


async def test_every_button_and_field_has_a_name(desk: Desk) -> None:
    page = await desk.sits_down(LI.id)
    await say(page, LAMP)
    await desk.webchat.send(GROUP, Words("记下了", (Button("催一下", "催办"),)))
    await expect(page.locator(".line")).to_have_count(2)
    snapshot = await page.locator("#chat").aria_snapshot()
    assert not re.findall(r"^\s*- (?:button|textbox|link|img)(?: \[.*\])?:?$", snapshot, re.MULTILINE), snapshot
    for name in ("发照片", "@某人", "发送", "要说的话", "大字", "换个人"):
        assert name in snapshot


async def test_a_link_leads_into_the_chat_once(browser: Browser, tmp_path: Path) -> None:
    door, ear = PaperDoor(), Ear()
    webchat = Webchat(
        WebchatConfig(), door, MediaStore(tmp_path, LIMIT), ear.receive, utc_now, bot_name=BOT_NAME, demo=False
    )
    desk = Desk(browser, door, ear, webchat)
    async with serving(webchat) as desk.address:
        context = await desk.context()
        page = await desk.page("/", context)
        await expect(page.locator("#door-say")).to_contain_text("请在群里找楼栋红管家")
        await page.goto(f"{desk.address}/enter/abc")
        await page.get_by_role("button", name="进群聊天").click()
        await expect(page.locator("#me-name")).to_have_text(LI.name)
        await say(page, LAMP)
        await expect(page.locator(".fate")).to_have_count(0)
        await page.click("#leave")
        await expect(page.locator("#door-say")).to_contain_text("请在群里找楼栋红管家")
        await page.goto(f"{desk.address}/enter/abc")
        await page.get_by_role("button", name="进群聊天").click()
        await expect(page.locator("#door-say")).to_have_text("这个链接已经用过或过期了。请找给您链接的人再要一个新的。")
        await context.close()
    assert desk.complaints == []
    assert ear.last.sender == LI.id
