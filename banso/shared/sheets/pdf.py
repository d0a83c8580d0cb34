"""A sheet as PDF: always exactly one page, A4 lying."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepInFrame, Paragraph, Spacer, Table, TableStyle

from banso.shared.sheets.content import (
    BAND,
    CAUTION,
    CAUTION_GROUND,
    FAINT,
    INK,
    LINE,
    MAIN,
    Facts,
    Range,
    Sheet,
    places,
    printable,
)
from banso.shared.sheets.letters import letters

WIDE, HIGH = landscape(A4)
EDGE = 16 * mm
ROOM = WIDE - 2 * EDGE
FOOT = 12 * mm


def pdf_of(sheet: Sheet) -> bytes:
    """The file. What would not fit is made smaller as a whole, never put on a second page."""
    kept = BytesIO()
    canvas = Canvas(kept, pagesize=(WIDE, HIGH), invariant=1, lang=sheet.language)
    canvas.setTitle(printable(sheet.question, 200))
    canvas.setCreator("Banso")
    room = HIGH - 2 * EDGE - FOOT
    whole = KeepInFrame(ROOM, room, _story(sheet), mode="shrink", hAlign="LEFT")
    _w, used = whole.wrapOn(canvas, ROOM, room)
    whole.drawOn(canvas, EDGE, HIGH - EDGE - used)
    foot = Paragraph(_safe(sheet.footer), _style(sheet, 8, FAINT))
    foot.wrapOn(canvas, ROOM, FOOT)
    foot.drawOn(canvas, EDGE, EDGE - 4 * mm)
    canvas.showPage()
    canvas.save()
    return kept.getvalue()


def _safe(text: str, most: int = 400) -> str:
    return escape(printable(text, most))


def _style(sheet: Sheet, size: float, colour: str = INK, *, bold: bool = False) -> ParagraphStyle:
    plain, heavy = letters()
    wrap = "CJK" if sheet.language == "ja" else None
    return ParagraphStyle(
        "text", fontName=heavy if bold else plain, fontSize=size, leading=size * 1.4,
        textColor=HexColor(f"#{colour}"), wordWrap=wrap,
    )  # fmt: skip


def _story(sheet: Sheet) -> list[Any]:
    story: list[Any] = [
        Paragraph(_safe(sheet.kind), _style(sheet, 9, FAINT)),
        Spacer(0, 1 * mm),
        Paragraph(_safe(sheet.question, 260), _style(sheet, 18, bold=True)),
        Spacer(0, 2 * mm),
        Paragraph(_safe(sheet.answer, 700), _style(sheet, 12)),
        Spacer(0, 3 * mm),
    ]
    if sheet.caution:
        box = Table([[Paragraph(_safe(sheet.caution, 500), _style(sheet, 9.5, CAUTION))]], [ROOM])
        box.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, -1), HexColor(f"#{CAUTION_GROUND}"))]))
        story += [box, Spacer(0, 4 * mm)]
    if sheet.ranges:
        story += [_ranges(sheet), Spacer(0, 5 * mm)]
    if sheet.blocks:
        story.append(_blocks(sheet))
    return story


def _ranges(sheet: Sheet) -> Table:
    small, plain = _style(sheet, 8.5, FAINT), _style(sheet, 10.5)
    strong = _style(sheet, 12, MAIN, bold=True)
    rows: list[list[Any]] = [[*(Paragraph(_safe(name), small) for name in sheet.header), ""]]
    rows += [
        [
            Paragraph(_safe(r.name), plain),
            Paragraph(_safe(r.text), strong),
            Paragraph(_safe(r.inner_text), plain),
            Paragraph(_safe(r.outer_text), plain),
            _Bar(r, ROOM * 0.24),
        ]
        for r in sheet.ranges
    ]
    table = Table(rows, [ROOM * share for share in (0.24, 0.14, 0.18, 0.18, 0.26)])
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, HexColor(f"#{LINE}")),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
            ]
        )
    )
    return table


def _blocks(sheet: Sheet) -> Table:
    each = ROOM / len(sheet.blocks)
    table = Table([[_block(sheet, block, each - 6 * mm) for block in sheet.blocks]], each)
    table.setStyle(
        TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    )
    return table


def _block(sheet: Sheet, block: Facts, room: float) -> list[Any]:
    name, said = _style(sheet, 8.5, FAINT), _style(sheet, 8.5)
    rows = [[Paragraph(_safe(a, 120), name), Paragraph(_safe(b, 300), said)] for a, b in block.rows]
    table = Table(rows or [["", ""]], [room * 0.42, room * 0.58])
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ]
        )
    )
    title = Paragraph(_safe(block.title), _style(sheet, 10.5, MAIN, bold=True))
    return [title, Spacer(0, 1.5 * mm), table]


class _Bar(Flowable):  # type: ignore[misc]
    """The outer range as a band, the inner one darker, the value as a dot, zero as a line."""

    def __init__(self, found: Range, wide: float) -> None:
        super().__init__()
        self.found, self.width, self.height = found, wide, 5 * mm

    def draw(self) -> None:
        c, middle = self.canv, self.height / 2
        far, end, near, stop, dot, zero = (self.width * p for p in places(self.found))
        c.setFillColor(HexColor(f"#{LINE}"))
        c.rect(far, middle - 1 * mm, end - far, 2 * mm, stroke=0, fill=1)
        c.setFillColor(HexColor(f"#{BAND}"))
        c.rect(near, middle - 1.6 * mm, stop - near, 3.2 * mm, stroke=0, fill=1)
        c.setStrokeColor(HexColor(f"#{FAINT}"))
        c.line(zero, 0, zero, self.height)
        c.setFillColor(HexColor(f"#{MAIN}"))
        c.circle(dot, middle, 1.5 * mm, stroke=0, fill=1)
