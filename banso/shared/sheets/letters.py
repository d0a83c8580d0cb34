"""The letters of PDF files: embedded, so that Japanese appears on every machine."""

from __future__ import annotations

from functools import cache

from django.contrib.staticfiles import finders
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

_FILES = {
    "BIZ UDPGothic": "vendor/fonts/BIZUDPGothic-Regular.ttf",
    "BIZ UDPGothic Bold": "vendor/fonts/BIZUDPGothic-Bold.ttf",
}
_NOT_EMBEDDED = "HeiseiKakuGo-W5"


@cache
def letters() -> tuple[str, str]:
    """Names of the plain and the bold letters, registered with reportlab.

    Where the front-end files were not fetched the reader's own Japanese letters are named instead.
    """
    found = {name: finders.find(path) for name, path in _FILES.items()}
    if not all(found.values()):
        pdfmetrics.registerFont(UnicodeCIDFont(_NOT_EMBEDDED))
        return _NOT_EMBEDDED, _NOT_EMBEDDED
    for name, path in found.items():
        pdfmetrics.registerFont(TTFont(name, path))
    plain, bold = _FILES
    return plain, bold
