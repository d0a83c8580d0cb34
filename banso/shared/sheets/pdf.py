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
    cells_of,
    columns_of,
    places,
    printable,
)
from banso.shared.sheets.letters import letters

WIDE, HIGH = landscape(A4)
EDGE = 16 * mm
ROOM = WIDE - 2 * EDGE
FOOT = 12 * mm
SCALES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)


def pdf_of(sheet: Sheet) -> bytes:
    """The file. What would not fit is made smaller as a whole, never put on a second page."""
    canvas = Canvas(BytesIO(), pagesize=(WIDE, HIGH), invariant=1, lang=sheet.language)
    canvas.setTitle(printable(sheet.question, 200))
    canvas.setCreator("Banso")
    room = HIGH - 2 * EDGE - FOOT
    whole = _fitting(sheet, canvas, room)
    _w, used = whole.wrapOn(canvas, ROOM, room)
    whole.drawOn(canvas, EDGE, HIGH - EDGE - used)
    foot = Paragraph(_safe(sheet.footer), _Styles(sheet, 1.0).of(8, FAINT))
    foot.wrapOn(canvas, ROOM, FOOT)
    foot.drawOn(canvas, EDGE, EDGE - 4 * mm)
    canvas.showPage()
    return bytes(canvas.getpdfdata())


def _fitting(sheet: Sheet, canvas: Canvas, room: float) -> KeepInFrame:
    """The page in the largest letters that fit, shrunk as a whole where even small ones do not."""
    fitting = SCALES[-1]
    for scale in SCALES:
        story = _story(sheet, _Styles(sheet, scale))
        if sum(part.wrapOn(canvas, ROOM, room)[1] for part in story) <= room:
            fitting = scale
            break
    story = _story(sheet, _Styles(sheet, fitting))
    return KeepInFrame(ROOM, room, story, mode="shrink", hAlign="LEFT")


def _safe(text: str, most: int = 400) -> str:
    return escape(printable(text, most))


class _Styles:
    """Letters of a sheet at one scale."""

    def __init__(self, sheet: Sheet, scale: float) -> None:
        self.scale, self.wrap = scale, "CJK" if sheet.language == "ja" else None

    def of(self, size: float, colour: str = INK, *, bold: bool = False) -> ParagraphStyle:
        plain, heavy = letters()
        high = size * self.scale
        return ParagraphStyle(
            "text", fontName=heavy if bold else plain, fontSize=high, leading=high * 1.4,
            textColor=HexColor(f"#{colour}"), wordWrap=self.wrap,
        )  # fmt: skip


def _story(sheet: Sheet, style: _Styles) -> list[Any]:
    story: list[Any] = [
        Paragraph(_safe(sheet.kind), style.of(9, FAINT)),
        Spacer(0, 1 * mm),
        Paragraph(_safe(sheet.question, 260), style.of(18, bold=True)),
        Spacer(0, 2 * mm),
        Paragraph(_safe(sheet.answer, 700), style.of(12)),
        Spacer(0, 3 * mm),
    ]
    if sheet.caution:
        said = Paragraph(_safe(sheet.caution, 500), style.of(9.5, CAUTION))
        box = Table([[said]], [ROOM], hAlign="LEFT")
        box.setStyle(TableStyle([("BACKGROUND", (0, 0), (-1, -1), HexColor(f"#{CAUTION_GROUND}"))]))
        story += [box, Spacer(0, 4 * mm)]
    if sheet.ranges:
        story += [_ranges(sheet, style), Spacer(0, 5 * mm)]
    if sheet.blocks:
        story.append(_blocks(sheet, style))
    return story


def _ranges(sheet: Sheet, style: _Styles) -> Table:
    small, plain = style.of(8.5, FAINT), style.of(10)
    strong = style.of(12, MAIN, bold=True)
    shares = columns_of(sheet)
    header = [*sheet.header, "", ""][: len(shares) - 1]
    rows: list[list[Any]] = [[*(Paragraph(_safe(name), small) for name in header), ""]]
    for found in sheet.ranges:
        cells = enumerate(cells_of(found, len(shares)))
        said = [Paragraph(_safe(text), strong if i == 1 else plain) for i, text in cells]
        rows.append([*said, _Bar(found, ROOM * shares[-1] - 5 * mm)])
    table = Table(rows, [ROOM * share for share in shares], hAlign="LEFT")
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


def _blocks(sheet: Sheet, style: _Styles) -> Table:
    each = ROOM / len(sheet.blocks)
    table = Table(
        [[_block(style, block, each - 6 * mm) for block in sheet.blocks]], each, hAlign="LEFT"
    )
    table.setStyle(
        TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    )
    return table


def _block(style: _Styles, block: Facts, room: float) -> list[Any]:
    name, said = style.of(8.5, FAINT), style.of(8.5)
    rows = [[Paragraph(_safe(a, 120), name), Paragraph(_safe(b, 300), said)] for a, b in block.rows]
    table = Table(rows or [["", ""]], [room * 0.36, room * 0.64], hAlign="LEFT")
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
    title = Paragraph(_safe(block.title), style.of(10.5, MAIN, bold=True))
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
