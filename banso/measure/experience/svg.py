"""The experience tree as a picture: plain SVG with presentation attributes, as the page's policy
wants it. Each branch is a link with its figures and intervals on common scales beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from banso.measure.experience.result import BranchFigures, Result
from banso.measure.experience.wording import (
    BRANCH_NAMES,
    customers_and_people,
    mark,
    missing,
    percent,
    points,
    range_of,
)
from banso.prove.engine.answer import Answer, NoAnswer

FONT = "system-ui, 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif"
INK, SOFT, LINE, TEAL, PALE = "#1d2733", "#4a5563", "#d5dbe3", "#0f6173", "#9cc3cc"
WIDTH, HEAD, ROW, STEP, FIRST = 1120, 46, 58, 26, 14
TREE, PLOT, GAP = 356, 170, 18
PHONE, PHONE_ROW, PHONE_HIDDEN, PHONE_STEP = 350, 118, 50, 14
THICKEST = 14.0
Link = Callable[[str], str]


@dataclass(frozen=True)
class Measure:
    """One column: its heading, its figure of a branch, its scale and its words."""

    label: str
    of: Callable[[BranchFigures], Answer | NoAnswer]
    low: float
    high: float
    as_text: Callable[[float], str]


def measures() -> list[Measure]:
    return [
        Measure(_("Share of customers"), lambda b: b.share_customers, 0, 1, percent),
        Measure(_("Satisfaction (1–5)"), lambda b: b.satisfaction, 1, 5, mark),
        Measure(_("Intend to continue"), lambda b: b.intent, 0, 1, percent),
        Measure(_("NPS"), lambda b: b.recommend, -1, 1, points),
    ]


def shown(result: Result) -> list[BranchFigures]:
    """The branches to be drawn: those in which somebody stands."""
    return [one for one in result.branches.values() if one.people or one.branch.depth < 2]


def wide_picture(result: Result, link: Link | None) -> SafeString:
    """For a desk: the tree on the left, intervals on common scales on the right."""
    rows, columns = shown(result), measures()
    height = HEAD + ROW * len(rows) + 8
    parts = [*_heads(columns, height), *_branches(rows)]
    parts += [_row(one, place, columns, link) for place, one in enumerate(rows)]
    return _picture(WIDTH, height, parts)


def _picture(width: int, height: int, parts: Sequence[SafeString]) -> SafeString:
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'role="group" aria-label="{label}" font-family="{font}">{parts}</svg>',
        w=width, h=height, label=_("The experience tree"), font=FONT,
        parts=format_html_join("", "{}", ((part,) for part in parts)),
    )  # fmt: skip


def _left(place: int) -> int:
    return TREE + place * (PLOT + GAP)


def _heads(columns: Sequence[Measure], height: int) -> list[SafeString]:
    made = []
    for place, one in enumerate(columns):
        x = _left(place)
        made.append(format_html(
            '<text x="{x}" y="18" font-size="13" font-weight="600" fill="{ink}">{label}</text>'
            '<text x="{x}" y="36" font-size="11" fill="{soft}">{low}</text>'
            '<text x="{r}" y="36" font-size="11" fill="{soft}" text-anchor="end">{high}</text>'
            '<line x1="{x}" y1="42" x2="{x}" y2="{b}" stroke="{line}"/>'
            '<line x1="{m}" y1="42" x2="{m}" y2="{b}" stroke="{line}" stroke-dasharray="2 4"/>'
            '<line x1="{r}" y1="42" x2="{r}" y2="{b}" stroke="{line}"/>',
            x=x, r=x + PLOT, m=x + PLOT / 2, b=height - 4, ink=INK, soft=SOFT, line=LINE,
            label=one.label, low=one.as_text(one.low), high=one.as_text(one.high),
        ))  # fmt: skip
    return made


def _middle(place: int) -> float:
    return HEAD + ROW * (place + 0.5)


def _branches(rows: Sequence[BranchFigures]) -> list[SafeString]:
    """Lines from a branch to those under it, as thick as their share of customers."""
    places = {one.branch.key: place for place, one in enumerate(rows)}
    made = []
    for place, one in enumerate(rows):
        if not one.branch.parent:
            continue
        x1 = FIRST + STEP * (one.branch.depth - 1) + 8
        y1, y2 = _middle(places[one.branch.parent]) + 14, _middle(place)
        share = one.share_customers
        thick = max(1.5, THICKEST * share.value) if isinstance(share, Answer) else 1.5
        made.append(format_html(
            '<path d="M{x} {a} V{c} Q{x} {b} {q} {b} H{r}" fill="none" stroke="{s}" '
            'stroke-width="{t}" stroke-linecap="round"/>',
            x=x1, a=y1, b=y2, c=y2 - 10, q=x1 + 10, r=x1 + STEP - 6, s=PALE, t=f"{thick:.1f}",
        ))  # fmt: skip
    return made


def _row(
    one: BranchFigures, place: int, columns: Sequence[Measure], link: Link | None
) -> SafeString:
    y = _middle(place)
    x = FIRST + STEP * one.branch.depth
    inner = format_html(
        '<rect x="2" y="{t}" width="{w}" height="{h}" rx="6" fill="#ffffff" fill-opacity="0" '
        'stroke="none"/><circle cx="{cx}" cy="{y}" r="5" fill="{teal}"/>'
        '<text x="{tx}" y="{y1}" font-size="14" font-weight="600" fill="{ink}">{name}</text>'
        '<text x="{tx}" y="{y2}" font-size="12" fill="{soft}">{counts}</text>{plots}',
        t=y - ROW / 2 + 2, w=WIDTH - 4, h=ROW - 4, cx=x + 8, y=y, teal=TEAL, tx=x + 20, y1=y - 3,
        y2=y + 15, ink=INK, soft=SOFT, name=BRANCH_NAMES[one.branch.key], counts=counts(one),
        plots=format_html_join(
            "", "{}", ((_plot(one, at, column, y),) for at, column in enumerate(columns))
        ),
    )  # fmt: skip
    return _linked(one, inner, link)


def _linked(one: BranchFigures, inner: SafeString, link: Link | None) -> SafeString:
    if link is None or one.is_hidden:
        return format_html("<g>{}</g>", inner)
    return format_html('<a href="{}">{}</a>', link(one.branch.key), inner)


def counts(one: BranchFigures) -> str:
    if one.is_hidden:
        return missing(NoAnswer("hidden"))
    return customers_and_people(one.accounts, one.people)


def _plot(one: BranchFigures, at: int, column: Measure, y: float) -> SafeString:
    found, x = column.of(one), _left(at)
    if isinstance(found, NoAnswer):
        return format_html(
            '<text x="{}" y="{}" font-size="11" fill="{}">{}</text>',
            x + 6, y + 4, SOFT, "" if one.is_hidden else missing(found),
        )  # fmt: skip

    def across(value: float) -> float:
        inside = min(column.high, max(column.low, value))
        return round(x + PLOT * (inside - column.low) / (column.high - column.low), 1)

    return format_html(
        '<line x1="{l}" y1="{b}" x2="{h}" y2="{b}" stroke="{c}" stroke-width="2.5"/>'
        '<circle cx="{v}" cy="{b}" r="4.5" fill="{c}"/>'
        '<text x="{x}" y="{a}" font-size="12" fill="{ink}"><tspan font-weight="600">{value}</tspan>'
        '<tspan fill="{soft}"> {range}</tspan></text>',
        l=across(found.low), h=across(found.high), v=across(found.value), b=y + 12, c=TEAL,
        x=x + 6, a=y - 6, ink=INK, soft=SOFT, value=column.as_text(found.value),
        range=range_of(found, column.as_text),
    )  # fmt: skip


def narrow_picture(result: Result, link: Link | None) -> SafeString:
    """For a phone: the same branches one under the other with their figures in words."""
    rows, columns = shown(result), measures()
    ends = list(accumulate((_height(one) for one in rows), initial=8))
    parts = [_card(one, y, columns, link) for one, y in zip(rows, ends, strict=False)]
    return _picture(PHONE, ends[-1] + 8, parts)


def _height(one: BranchFigures) -> int:
    """A hidden branch has its name and why alone."""
    return PHONE_HIDDEN if one.is_hidden else PHONE_ROW


def _card(
    one: BranchFigures, y: float, columns: Sequence[Measure], link: Link | None
) -> SafeString:
    x = PHONE_STEP * one.branch.depth + 2
    lines = []
    for at, column in enumerate([] if one.is_hidden else columns):
        found = column.of(one)
        if isinstance(found, Answer):
            text, soft = column.as_text(found.value), f" {range_of(found, column.as_text)}"
        else:
            text, soft = "", missing(found)
        lines.append(format_html(
            '<text x="{x}" y="{y}" font-size="12" fill="{s}">{label}</text>'
            '<text x="{v}" y="{y}" font-size="12" fill="{s}"><tspan font-weight="600" fill="{i}">'
            '{text}</tspan>{soft}</text>',
            x=x + 12, v=178, y=y + 50 + 17 * at, s=SOFT, i=INK, label=column.label, text=text,
            soft=soft,
        ))  # fmt: skip
    inner = format_html(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="8" fill="#ffffff" stroke="{line}"/>'
        '<rect x="{x}" y="{y}" width="4" height="{h}" rx="2" fill="{teal}"/>'
        '<text x="{tx}" y="{y1}" font-size="14" font-weight="600" fill="{ink}">{name}</text>'
        '<text x="{tx}" y="{y2}" font-size="12" fill="{soft}">{counts}</text>{lines}',
        x=x, y=y, w=PHONE - x - 2, h=_height(one) - 8, line=LINE, teal=TEAL, tx=x + 12, y1=y + 18,
        y2=y + 33, ink=INK, soft=SOFT, name=BRANCH_NAMES[one.branch.key], counts=counts(one),
        lines=format_html_join("", "{}", ((line,) for line in lines)),
    )  # fmt: skip
    return _linked(one, inner, link)
