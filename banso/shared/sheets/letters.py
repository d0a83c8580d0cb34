"""The letters of PDF files: embedded, so that Japanese appears on every machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

_FILES = {
    "BIZ UDPGothic": "BIZUDPGothic-Regular.ttf",
    "BIZ UDPGothic Bold": "BIZUDPGothic-Bold.ttf",
}
_NOT_EMBEDDED = "HeiseiKakuGo-W5"


@cache
def letters() -> tuple[str, str]:
    """Names of the plain and the bold letters, registered with reportlab.

    Where the front-end files were not fetched the reader's own Japanese letters are named instead.
    """
    folder = Path(__file__).parent / "fonts"  # filled by tools/assets.py
    found = {name: folder / file for name, file in _FILES.items()}
    if not all(path.exists() for path in found.values()):
        pdfmetrics.registerFont(UnicodeCIDFont(_NOT_EMBEDDED))
        return _NOT_EMBEDDED, _NOT_EMBEDDED
    for name, path in found.items():
        pdfmetrics.registerFont(TTFont(name, str(path)))
    plain, bold = _FILES
    return plain, bold
