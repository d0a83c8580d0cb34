"""A sheet as a slide that can be changed: text stays text, bars stay shapes."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.util import Emu, Mm, Pt

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
    width,
)

WIDE, HIGH, EDGE = 338.67, 190.5, 14.0
ROOM = WIDE - 2 * EDGE
FONT = "BIZ UDPGothic"
POINT = 0.3528


def slide_of(sheet: Sheet) -> bytes:
    """The file, one slide of 16:9; sizes follow the length of what is said."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Mm(WIDE), Mm(HIGH)
    deck.core_properties.title = printable(sheet.question, 200)
    deck.core_properties.author = "Banso"
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    y = 9.0
    y += _text(slide, sheet.kind, EDGE, y, ROOM, 10, FAINT)
    y += _text(slide, printable(sheet.question, 260), EDGE, y, ROOM, 22, INK, bold=True) + 1
    y += _text(slide, printable(sheet.answer, 700), EDGE, y, ROOM, 13, INK) + 1
    if sheet.caution:
        y += _text(slide, sheet.caution, EDGE, y, ROOM, 10.5, CAUTION, ground=CAUTION_GROUND) + 2
    if sheet.ranges:
        y = _ranges(slide, sheet, y) + 3
    each = ROOM / max(len(sheet.blocks), 1)
    left = HIGH - 12 - y
    for place, block in enumerate(sheet.blocks):
        _block(slide, block, EDGE + place * each, y, each - 6, left)
    _text(slide, sheet.footer, EDGE, HIGH - 10, ROOM, 9, FAINT)
    kept = BytesIO()
    deck.save(kept)
    return kept.getvalue()


def _colour(code: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(code))  # type: ignore[no-untyped-call]


def _lines(text: str, wide: float, size: float) -> int:
    """How many lines a text takes: a narrow letter is about half as wide as high."""
    in_a_line = max(wide / (size * POINT * 0.54), 1)
    return max(-(-width(text) // int(in_a_line)), 1)


def _text(
    slide: Any, text: str, x: float, y: float, wide: float, size: float, colour: str,
    *, bold: bool = False, ground: str = "",
) -> float:  # fmt: skip
    """A text box; how high it is in mm."""
    said = printable(text, 700)
    pad = 2.0 if ground else 0.0
    high = _lines(said, wide - 2 * pad, size) * size * POINT * 1.45 + 2 * pad
    box = slide.shapes.add_textbox(Mm(x), Mm(y), Mm(wide), Mm(high))
    if ground:
        box.fill.solid()
        box.fill.fore_color.rgb = _colour(ground)
    frame = box.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Mm(pad)
    _run(frame.paragraphs[0], said, size, colour, bold=bold)
    return high


def _run(paragraph: Any, text: str, size: float, colour: str, *, bold: bool = False) -> None:
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
    run.font.color.rgb = _colour(colour)
    east = run.font._element.makeelement(qn("a:ea"), {"typeface": FONT})  # noqa: SLF001
    run.font._element.append(east)  # noqa: SLF001


def _ranges(slide: Any, sheet: Sheet, y: float) -> float:
    """The table with its bars; where it ends."""
    high = 8.0
    shares = columns_of(sheet)
    many, count = len(shares), len(sheet.ranges) + 1
    shape = slide.shapes.add_table(count, many, Mm(EDGE), Mm(y), Mm(ROOM), Mm(high * count))
    table = shape.table
    table.first_row = table.horz_banding = False
    for column, share in enumerate(shares):
        table.columns[column].width = Emu(int(Mm(ROOM) * share))
    for column, name in enumerate([*sheet.header, "", ""][: many - 1]):
        _cell(table.cell(0, column), name, 10, FAINT)
    x = EDGE + ROOM * sum(shares[:-1]) + 2
    for row, found in enumerate(sheet.ranges, start=1):
        for column, text in enumerate([*cells_of(found, many), ""]):
            strong = column == 1
            _cell(
                table.cell(row, column), text, 13 if strong else 11, MAIN if strong else INK,
                bold=strong,
            )  # fmt: skip
        _bar(slide, found, x, y + high * row, ROOM * shares[-1] - 4, high)
    for row in range(count):
        table.rows[row].height = Mm(high)
    return y + high * count


def _cell(cell: Any, text: str, size: float, colour: str, *, bold: bool = False) -> None:
    cell.fill.background()
    cell.margin_left, cell.margin_top, cell.margin_bottom = Mm(0), Mm(0.8), Mm(0.8)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    _run(cell.text_frame.paragraphs[0], printable(text, 60), size, colour, bold=bold)


def _bar(slide: Any, found: Range, x: float, y: float, wide: float, high: float) -> None:
    far, end, near, stop, dot, zero = (x + wide * p for p in places(found))
    middle = y + high / 2
    _shape(slide, MSO_SHAPE.RECTANGLE, far, middle - 1, end - far, 2, LINE)
    _shape(slide, MSO_SHAPE.RECTANGLE, near, middle - 1.6, stop - near, 3.2, BAND)
    _shape(slide, MSO_SHAPE.RECTANGLE, zero, middle - 3, 0.2, 6, FAINT)
    _shape(slide, MSO_SHAPE.OVAL, dot - 1.5, middle - 1.5, 3, 3, MAIN)


def _shape(
    slide: Any, kind: Any, x: float, y: float, wide: float, high: float, colour: str
) -> None:
    shape = slide.shapes.add_shape(kind, Mm(x), Mm(y), Mm(max(wide, 0.1)), Mm(high))
    shape.fill.solid()
    shape.fill.fore_color.rgb = _colour(colour)
    shape.line.fill.background()
    shape.shadow.inherit = False


def _block(slide: Any, block: Facts, x: float, y: float, wide: float, room: float) -> None:
    """A title and lines "name: what is said", in letters as large as the room allows."""
    used = _text(slide, block.title, x, y, wide, 12, MAIN, bold=True) + 1
    rows = [(printable(name, 120), printable(said, 300)) for name, said in block.rows]
    size = 10.5
    while size > 5 and used + _height(rows, wide, size) > room:
        size -= 0.5
    box = slide.shapes.add_textbox(Mm(x), Mm(y + used), Mm(wide), Mm(max(room - used, 5)))
    frame = box.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Mm(0)
    for place, (name, said) in enumerate(rows):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(size * 0.25)
        _run(paragraph, f"{name}  ", size, FAINT)
        _run(paragraph, said, size, INK)


def _height(rows: list[tuple[str, str]], wide: float, size: float) -> float:
    lines = sum(_lines(f"{name}  {said}", wide, size) for name, said in rows)
    return (lines * 1.3 + len(rows) * 0.25) * size * POINT
