"""The tree as a picture: plain SVG with presentation attributes, so that it stands alone as a file
and passes the page's policy. Words and line styles carry the meaning, colours only repeat it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from banso.prove.tree.models import EdgeState, Node
from banso.prove.tree.reads import children_of
from banso.prove.tree.rules import Place, places
from banso.prove.tree.wording import (
    actual_of,
    distance_of,
    estimate_of,
    month_of,
    name_of,
    role_of,
    shown,
)

WIDE, HIGH, ACROSS, DOWN, MARGIN = 240, 96, 120, 22, 12
FONT = "system-ui, 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif"
LINES = {
    EdgeState.SUPPORTED: ("#0f6173", "3", ""),
    EdgeState.UNKNOWN: ("#7a8699", "1.5", "6 5"),
    EdgeState.REFUTED: ("#7a3d00", "1.5", "2 4"),
    EdgeState.LEAK: ("#7a3d00", "1.5", "2 4"),
    EdgeState.UNTESTED: ("#a3adba", "1.5", "6 5"),
    EdgeState.NO_TEST: ("#a3adba", "1.5", ""),
}
MARKS = {
    EdgeState.SUPPORTED: "✓",
    EdgeState.UNKNOWN: "?",
    EdgeState.REFUTED: "✕",
    EdgeState.LEAK: "!",
    EdgeState.UNTESTED: "…",
    EdgeState.NO_TEST: "–",
}


def picture(
    nodes: list[Node], *, chosen: int | None = None, href: Callable[[Node], str] | None = None
) -> SafeString:
    """The whole tree; with ``href`` each node is a link."""
    placed = places(children_of(nodes))
    columns = 1 + max((place.column for place in placed.values()), default=0)
    rows = 1 + max((place.row for place in placed.values()), default=0)
    width = 2 * MARGIN + columns * WIDE + (columns - 1) * ACROSS
    height = 2 * MARGIN + rows * HIGH + (rows - 1) * DOWN
    by_id = {node.pk: node for node in nodes}
    edges = format_html_join(
        "", "{}", ((_edge(n, placed[n.parent_id], placed[n.pk]),) for n in nodes if n.parent_id)
    )
    boxes = format_html_join(
        "", "{}", ((_box(n, placed[n.pk], n.pk == chosen, href),) for n in nodes)
    )
    title = name_of(by_id[nodes[0].pk]) if nodes else ""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'role="group" aria-label="{label}" font-family="{font}">'
        '<rect width="{w}" height="{h}" fill="#ffffff"/>{edges}{boxes}</svg>',
        w=round(width), h=round(height), label=_("KPI tree of “%(name)s”") % {"name": title},
        font=FONT, edges=edges, boxes=boxes,
    )  # fmt: skip


def _corner(place: Place) -> tuple[float, float]:
    return MARGIN + place.column * (WIDE + ACROSS), MARGIN + place.row * (HIGH + DOWN)


def _edge(node: Node, above: Place, below: Place) -> SafeString:
    (x1, y1), (x2, y2) = _corner(above), _corner(below)
    x1, y1, y2 = x1 + WIDE, y1 + HIGH / 2, y2 + HIGH / 2
    state = EdgeState(node.state)
    colour, thick, dashes = LINES[state]
    sign = "+" if node.direction == "more" else "−"
    told = estimate_of(node) or (month_of(node.evidence) if state == EdgeState.UNKNOWN else "")
    middle = (x1 + x2) / 2
    return format_html(
        '<path d="M{x1} {y1} C{m} {y1} {m} {y2} {x2} {y2}" fill="none" stroke="{c}" '
        'stroke-width="{t}"{d}/>'
        '<g text-anchor="end" stroke="#ffffff" stroke-width="4" paint-order="stroke">'
        '<text x="{tx}" y="{ty}" font-size="12" font-weight="600" fill="{c}">{mark} {sign}</text>'
        '<text x="{tx}" y="{ny}" font-size="11" fill="#3b4756">{told}</text></g>',
        x1=x1, y1=y1, x2=x2, y2=y2, m=middle, c=colour, t=thick,
        d=format_html(' stroke-dasharray="{}"', dashes) if dashes else "",
        tx=x2 - 6, ty=y2 - 8, ny=y2 + 16, mark=MARKS[state], sign=sign, told=told,
    )  # fmt: skip


def _box(node: Node, place: Place, chosen: bool, href: Callable[[Node], str] | None) -> SafeString:
    x, y = _corner(place)
    outcome, kpi = bool(node.goal), node.is_kpi
    fill = "#1d2733" if outcome else "#e2f1f4" if kpi else "#ffffff"
    ink, soft = ("#ffffff", "#d5dbe3") if outcome else ("#1d2733", "#3b4756")
    stroke = "#0f6173" if kpi or outcome else "#7a8699"
    box = format_html(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="8" fill="{f}" stroke="{s}" '
        'stroke-width="{sw}"{dash}/><title>{full}</title>'
        '<text x="{tx}" y="{y1}" font-size="11" font-weight="600" fill="{soft}">{role}</text>'
        '<text x="{tx}" y="{y2}" font-size="14" font-weight="600" fill="{ink}">{name}</text>'
        '<text x="{tx}" y="{y3}" font-size="12" fill="{ink}">{actual}</text>'
        '<text x="{tx}" y="{y4}" font-size="12" fill="{soft}">{target}</text>',
        x=x, y=y, w=WIDE, h=HIGH, f=fill, s=stroke, sw="3.5" if chosen else "1.5",
        dash="" if kpi or outcome else mark_safe(' stroke-dasharray="6 4"'),
        full=name_of(node), tx=x + 12, y1=y + 20, y2=y + 42, y3=y + 63, y4=y + 83,
        soft=soft, ink=ink, role=_role(node), name=cut(name_of(node), 26),
        actual=cut(actual_of(node) or "—", 34), target=cut(_target(node), 34),
    )  # fmt: skip
    if href is None:
        return format_html("<g>{}</g>", box)
    return format_html('<a href="{}">{}</a>', href(node), box)


def _role(node: Node) -> str:
    if node.goal:
        return role_of(node)
    return f"● {role_of(node)}" if node.is_kpi else f"○ {role_of(node)}"


def _target(node: Node) -> str:
    if node.target is None:
        return ""
    told = {"value": shown(node, node.target), "distance": distance_of(node)}
    return _("Target %(value)s: %(distance)s") % told if told["distance"] else (
        _("Target %(value)s") % told
    )  # fmt: skip


def cut(text: str, width: int) -> str:
    """The text in so many half-width columns; what is too long ends with an ellipsis."""
    used = 0
    for index, letter in enumerate(text):
        used += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if used > width:
            return text[: max(0, index - 1)] + "…"
    return text
