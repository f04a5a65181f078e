"""Text as the rest of understanding reads it: one line, one width, one script, of bounded length."""

import unicodedata
from typing import Final

HEAD: Final = 1200
TAIL: Final = 300

# The traditional characters that neighbours in the south really type, each with its simplified form.
TRADITIONAL: Final = (
    "電电樓楼燈灯門门車车壞坏沒没個个們们來来這这裡里裏里邊边嗎吗廁厕廚厨關关開开點点時时間间問问題题聽听見见說说話话"
    "買买賣卖錢钱機机網网線线報报請请謝谢對对錯错誰谁還还會会過过進进從从後后頭头層层號号單单棟栋區区園园場场廣广長长"
    "東东輛辆駛驶鎖锁鑰钥鐵铁銅铜鋼钢壓压熱热涼凉氣气煙烟燒烧災灾爐炉滅灭幫帮護护衛卫醫医藥药療疗歲岁爺爷媽妈親亲孫孙"
    "寶宝貓猫雞鸡鳥鸟蟲虫蟻蚁牆墙磚砖頂顶蓋盖溝沟髒脏掃扫樹树葉叶將将鬧闹聲声響响靜静轉转動动運运務务業业費费繳缴證证"
    "辦办條条帶带幾几歡欢樂乐讓让試试該该應应當当難难為为與与無无發发實实現现麼么樣样種种總总經经濟济濕湿滲渗斷断續续"
    "繼继緊紧險险傷伤衝冲擋挡佔占違违規规維维師师員员隊队處处準准備备檢检測测讀读寫写鄰邻裝装飛飞馬马魚鱼麵面飯饭館馆"
    "體体驗验鍵键盤盘視视頻频圖图畫画貼贴紙纸張张權权屬属遲迟遠远連连選选郵邮鄉乡順顺願愿顧顾類类顯显風风飄飘養养餓饿"
    "餵喂驚惊髮发鬆松黃黄齊齐齡龄龍龙隻只雙双離离雖虽雲云靈灵"
)
_DROP: Final = (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, 0x180E, 0xFEFF)
_DROP_ALSO: Final = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10))
_SPACE: Final = (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x2028, 0x2029)
TABLE: Final[dict[int, str | None]] = {
    **dict.fromkeys((*_DROP, *_DROP_ALSO)),
    **dict.fromkeys(_SPACE, "\n"),
    **{ord(old): new for old, new in zip(TRADITIONAL[::2], TRADITIONAL[1::2], strict=True)},
    ord("—"): "-",
    ord("–"): "-",
    ord("－"): "-",
    ord("−"): "-",
    ord("。"): ".",
}


def plain(text: str) -> str:
    """At most 1,500 characters: NFKC, simplified, without controls and zero-widths; line breaks stay."""
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + text[-TAIL:]
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)[: HEAD + TAIL]
    return text.translate(TABLE).strip()
