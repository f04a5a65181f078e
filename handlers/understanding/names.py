"""Names as neighbours write them: in nicknames such as 「2-1203 李姐」, and in talk: 张阿姨, 老王, 我叫王建国."""

import re
from collections.abc import Collection, Iterator
from typing import Final

_DOUBLE: Final = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|长孙|宇文|司徒|令狐|夏侯|南宫|端木"
_SINGLE: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪"
    "田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温"
    "芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢骆岳齐沿梅莫庄辛祝左涂谷祁耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃"
    "霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫娄蒙冀闻莘党翦"
)
_SURNAME: Final = f"(?:{_DOUBLE}|[{_SINGLE}])"
_HAN: Final = "[一-鿿]"
#: After a surname and at most two characters more, and after a surname alone.
_TITLE: Final = (
    "阿姨|奶奶|爷爷|婆婆|公公|大爷|大妈|大姐|大哥|大嫂|大叔|大婶|师傅|老师|医生|护士|书记|主任|经理|队长|站长|警官|律师|"
    "先生|女士|小姐|太太|老板|同志|嬢嬢|幺妹|姨妈|婶婶|叔叔|伯伯|姑姑|总管|工程师|网格员|楼长|栋长|保安|保洁"
)
_SHORT_TITLE: Final = "姐|哥|叔|婶|姨|伯|嫂|孃|嬢|爷|奶|婆|公|总|工|妈|爸"
#: What looks like a surname in these words is none, and what follows 老 and 小 here is none either.
_NO_NAME: Final = "谢谢|谢了|白蚁|石头|施工|牛奶|车间|查[我看到]|黄的|马上|高空|高层|方便|周围|周边|周末|任何|于是|常常|安全|安排|万一|成天|关门|房东|单元|包括|向上|解决|强烈"
_NO_PET: Final = "高方石金白房车时区路包成单关边米古文安华党强"
_ALSO_WORDS: Final = "查关车包安莫钱谢辛石江景毛左单牛白黄康闻高方金水"  # … as surnames far rarer than as words
_CUE: Final = "我是|我叫|叫做|名叫|姓名|名字|联系人|户主|业主|收件人|本人|房主|租客|房东"

#: Names in talk, each with what leads to it: who has a title, and who is introduced.
SAID: Final = (
    re.compile(
        rf"(?P<before>)(?P<name>(?!{_NO_NAME})(?:"
        rf"{_SURNAME}{_HAN}{{0,2}}?(?:{_TITLE})"
        rf"|{_SURNAME}(?:{_SHORT_TITLE})(?![具作共开司程人交])"
        rf"|[老小阿](?![{_NO_PET}])[{_SINGLE}](?![{_SINGLE}]?[子区路车])"
        rf"))"
    ),
    re.compile(
        rf"(?P<before>(?:{_CUE})[:是叫 ]{{0,2}})(?P<name>(?!{_NO_NAME}){_SURNAME}{_HAN}{{1,2}})(?=$|[^一-鿿]|[的住家])"
    ),
    # In a list or after a colon: 值班:杜玉兰, 1.杜玉兰 两份
    re.compile(
        rf"(?P<before>)(?<![^:.、,\s\d])(?P<name>(?!{_NO_NAME}|[{_ALSO_WORDS}]|周[一二三四五六日天]){_SURNAME}{_HAN}{{2}})"
        rf"(?<![了的吗呢到上下啊不没是就在])(?=$|[^一-鿿])"
    ),
)
_ROLES: Final = re.compile(
    "红管家|网格员|网格长|楼栋长|楼长|栋长|物业|社区|居委会?|业委会|党员|志愿者|管理员|街道|小区|业主|租客|房东|保安|保洁|维修|客服|前台|群主"
    "|单元|楼|栋|幢|座|室|层|号"
)
_PART: Final = re.compile(r"[^\W\d_]{2,}")


def names_in(nickname: str) -> Iterator[str]:
    """What a nickname (as `plain` gives it) calls somebody, without the words for his office or his address."""
    for part in _PART.findall(nickname):
        yield from (name for name in _ROLES.split(part) if len(name) > 1)


def among(text: str, names: Collection[str]) -> list[str]:
    """Those of `names` that stand anywhere in `text`, in order, however many names there are."""
    lengths = {len(name) for name in names}
    said = {text[at : at + length] for length in lengths for at in range(len(text) - length + 1)}
    return sorted(said.intersection(names))
