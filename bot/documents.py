"""Files that a notice may carry: papers that people open every day, known by how they begin as well as by their names."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

LONGEST_NAME: Final = 80  #: characters
FEWEST_BYTES: Final = 5  #: the platforms take nothing smaller

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: How a file of that kind begins; nothing: it is text.
_BEGINS: Final = {
    "pdf": b"%PDF-",
    **dict.fromkeys(("docx", "xlsx", "pptx", "ofd"), _ZIP),
    **dict.fromkeys(("doc", "xls", "ppt", "wps", "et", "dps"), _OLE),
    **dict.fromkeys(("txt", "csv"), b""),
}
_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff<>:"/\\|?*\ud800-\udfff]+')

NO_DOCUMENT: Final = "这种文件发不了。能发的是 PDF、Word、Excel、PPT、WPS、OFD 和纯文本；照片请当照片发。"
NOT_WHAT_IT_SAYS: Final = "这个文件打不开，或者跟它的名字对不上。请另存一次再发。"


def named(name: str) -> str:
    """`name` as people may be shown it: no folders, nothing that a system takes for more than a name."""
    bare = " ".join(_UNFIT.sub(" ", name.replace("\\", "/").rsplit("/", 1)[-1]).split()).rstrip(". ")
    stem, dot, suffix = bare.rpartition(".")
    stem = (stem if dot else bare)[: LONGEST_NAME - len(suffix) - 1].strip(" .") or "附件"
    return f"{stem}.{suffix.lower()}" if dot else stem


def objection(name: str, head: bytes) -> str | None:
    """Why a file of that name, which begins so, is not taken, as its author may read it; None where it is."""
    suffix = name.rpartition(".")[2].lower()
    if suffix not in _BEGINS:
        return NO_DOCUMENT
    begins = _BEGINS[suffix]
    fits = head.startswith(begins) if begins else b"\x00" not in head
    return None if fits and len(head) >= FEWEST_BYTES else NOT_WHAT_IT_SAYS


def as_download(name: str) -> Mapping[str, str]:
    """The headers with which a file is given: to be kept, and opened by nothing on our pages."""
    return {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
