"""A sheet as a download."""

from __future__ import annotations

from django.http import HttpResponse

from banso.shared.sheets.content import Sheet, printable
from banso.shared.sheets.pdf import pdf_of
from banso.shared.sheets.slide import slide_of
from banso.shared.spreadsheets import attachment

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
KINDS = {"pdf": (pdf_of, "application/pdf"), "pptx": (slide_of, PPTX)}


def sheet_response(sheet: Sheet, kind: str, name: str) -> HttpResponse:
    """The file of one of KINDS; KeyError for another kind."""
    write, content_type = KINDS[kind]
    response = HttpResponse(write(sheet), content_type=content_type)
    safe = printable(name, 80).replace("/", "_").replace("\\", "_")
    response["Content-Disposition"] = attachment(f"{safe}.{kind}")
    return response
