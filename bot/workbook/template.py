"""The template of the workbook: headers, examples that are not imported, and a sheet that explains."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from bot.workbook.sheets import COLUMNS, DUTY, HOURS, LEAVE, MEMBERS, PLACES, ROLES, ROTATIONS, SKILLS, STEPS
from handlers.reading.values import ROLE_WORDS
from storage.types import Role

EXPLAINED: Final = "说明"
_EXAMPLES: Final[Mapping[str, Sequence[Sequence[str | int]]]] = {
    PLACES: (
        ("例：老城街道", "石龙社区", "第一网格", "锦绣小区", 3, 3, 18),
        ("例：", "", "", "", 4, 2, 18),
    ),
    MEMBERS: (
        ("例：王芳", "锦绣小区", 3, 2, 502, "13800000000", "", "", ""),
        ("例：陈志远", "", "", "", "", "", "", "", ""),
    ),
    ROLES: (("例：王芳", "红管家", "3栋", ""), ("例：陈志远", "社区书记", "石龙社区", "")),
    DUTY: (
        ("例：3栋", "王芳", "每天", "20:00-8:00", "", "", ""),
        ("例：第一网格", "李强、赵敏", "周一到周五", "8:00-20:00", "2026-05-11", "2026-06-30", ""),
        ("例：石龙社区", "陈志远", "工作日", "9:00-18:00", "", "", ""),
        ("例：石龙社区", "李强", "法定节假日", "", "", "", ""),
    ),
    ROTATIONS: (
        ("例：3栋", "每周一8点", "王芳、赵强、李敏", "", ""),
        ("例：第一网格", "每天 20:00-8:00", "李强+赵敏、钱进、孙丽", "2026-05-11", ""),
        ("例：石龙社区", "工作日 一人一周", "陈志远、周平", "", ""),
    ),
    LEAVE: (("例：王芳", "2026-05-01", "2026-05-03", ""), ("例：赵强", "2026-05-20", "", "")),
    HOURS: (("例：钱进", "工作日19点后，周末全天", ""), ("例：孙丽", "周二、周四 9:00-11:00", "")),
    SKILLS: (("例：王芳", "调解", ""), ("例：赵强", "电工、水工", "3栋2单元")),
    STEPS: (("例：锦绣小区", "楼栋、网格、社区"), ("例：5栋", "楼栋、社区、街道")),
}
_TEXT: Final = (
    "怎么填",
    "1. 按“地点、成员、角色、值班”的顺序填，后面几张用得上再填。第一行的列名不要改；前面带“例”字的行不会导入，可以删掉。",
    "2. 地点：一行一栋楼。街道、社区、网格、小区和上一行一样的可以空着；没有的写“无”。单元写有几个，比如 3；最高层写 18。",
    "3. 成员：只有姓名必须写。电话只给社区看。渠道、账号、渠道用户id 不知道就空着，以后在聊天里发“邀请 王芳”把码给他。",
    "4. 角色：{roles}。地点写 3栋、锦绣小区3栋、第一网格、石龙社区。",
    "5. 值班：时段写 20:00-8:00，全天就空着；哪几天写 每天、周一到周五、周六日、工作日、休息日、法定节假日；从、到写日期，一直值就空着。",
    "6. 轮班：姓名按轮的先后写，用顿号隔开，一起值的用 + 连起来；怎么轮写 每周一8点、每天 20:00-8:00、每两天、工作日 一人一周。",
    "7. 请假：从、到都算在内，只请一天就不用写到。时间：在职的人什么时候有空，写了以后别的时间不派单。技能：会什么，用顿号隔开。",
    "   往上叫：没人接的单一级一级叫到哪里，从近到远写，用顿号隔开；没写的地方全社区一样。",
    "8. 同名的人，在“住处”里写上住哪儿，比如 3栋2单元。",
    "9. 不要合并单元格，不要用公式。有写错的，会一处一处告诉您，改好再导入；同一份表导入两遍，不会重复。",
)


def write_template(path: Path) -> None:
    """Write the template to `path`, over what may be there.

    Raises:
        OSError: It cannot be written.
    """
    book = Workbook()
    explained = book.active
    explained.title = EXPLAINED
    roles = "、".join(word for word, role in ROLE_WORDS.items() if role is not Role.RESIDENT)
    for line in _TEXT:
        explained.append((line.format(roles=roles),))
    explained.column_dimensions["A"].width = 110
    explained["A1"].font = Font(bold=True)
    for name, columns in COLUMNS.items():
        _add_sheet(book.create_sheet(name), columns, _EXAMPLES[name])
    book.save(path)


def _add_sheet(sheet: Any, columns: Sequence[str], examples: Sequence[Sequence[str | int]]) -> None:
    sheet.append([column.lstrip("*") + ("（必填）" if column.startswith("*") else "") for column in columns])
    for row in examples:
        sheet.append(list(row))
    for index in range(1, len(columns) + 1):
        sheet.cell(1, index).font = Font(bold=True)
        sheet.cell(1, index).fill = PatternFill("solid", fgColor="FFF2CC")
        for number in range(2, len(examples) + 2):
            sheet.cell(number, index).font = Font(italic=True, color="808080")
        sheet.column_dimensions[get_column_letter(index)].width = 16
    sheet.freeze_panes = "A2"
