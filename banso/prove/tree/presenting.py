"""A tree as an indented list, the card of a line, its changes, and a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.prove.studies.wording import in_japanese, level_name, percent, whole
from banso.prove.tree.goals import known_goals
from banso.prove.tree.models import EdgeState, Node
from banso.prove.tree.reads import depths, metric_names
from banso.prove.tree.wording import (
    DECIDED,
    actual_of,
    claim,
    distance_of,
    estimate_of,
    facts_of,
    forecast_of,
    month_of,
    name_of,
    role_of,
    said,
    target_of,
)
from banso.shared.journal.models import Entry

ICONS = {
    EdgeState.SUPPORTED: "check",
    EdgeState.UNKNOWN: "hourglass",
    EdgeState.REFUTED: "x",
    EdgeState.LEAK: "alert-triangle",
    EdgeState.UNTESTED: "dots",
    EdgeState.NO_TEST: "minus",
}
HAPPENED = {
    "tree.created": gettext_lazy("Tree drawn"),
    "tree.node_added": gettext_lazy("“%(name)s” added"),
    "tree.node_changed": gettext_lazy("“%(name)s” changed"),
    "tree.node_moved": gettext_lazy("“%(name)s” moved under “%(under)s”"),
    "tree.node_removed": gettext_lazy("“%(name)s” removed"),
    "tree.tested": gettext_lazy("Tested: %(turned)s"),
}


@dataclass(frozen=True)
class Line:
    """One node in the indented list."""

    node: Node
    depth: int
    name: str
    role: str
    icon: str
    when: str
    actual: str
    target: str
    distance: str


def lines_of(nodes: list[Node]) -> list[Line]:
    deep = depths(nodes)
    return [
        Line(
            node, deep[node.pk], name_of(node), role_of(node), ICONS[EdgeState(node.state)],
            month_of(node.evidence) if node.state == EdgeState.UNKNOWN else "",
            actual_of(node), target_of(node), distance_of(node),
        )
        for node in nodes
    ]  # fmt: skip


@dataclass(frozen=True)
class Group:
    name: str
    text: str
    n: str


@dataclass(frozen=True)
class Card:
    """Everything about one node and the line to the one above."""

    name: str
    role: str
    icon: str
    claim: str
    said: str
    facts: list[tuple[str, str]]
    groups: list[Group]
    groups_of: str
    figures: list[tuple[str, str]]
    page: str


def card_of(node: Node, nodes: list[Node]) -> Card:
    parent = next((other for other in nodes if other.pk == node.parent_id), None)
    figures = [
        (_("Actual"), actual_of(node) or "—"),
        (_("Target"), target_of(node)),
        (_("Distance"), distance_of(node)),
        (_("Forecast"), forecast_of(node)),
    ]
    return Card(
        name_of(node),
        role_of(node),
        ICONS[EdgeState(node.state)],
        claim(node, parent) if parent else "",
        said(node) if parent else "",
        facts_of(node) if parent else [],
        _groups(node),
        _("Money kept") if node.evidence.get("kind") == "money" else _("How often it came"),
        [(name, text) for name, text in figures if text],
        known_goals()[node.goal].page if node.goal in known_goals() else "",
    )


def _groups(node: Node) -> list[Group]:
    """How often the outcome came, or what was kept of the money, where the metric was low and where
    it was high.
    """
    if node.state not in DECIDED:
        return []
    made = []
    for group in node.evidence.get("groups", []):
        rate, n = group["rate"], whole(group["n"])
        text = "—"
        if "events" in group:
            text = _("%(k)s of %(n)s") % {"k": whole(group["n"] - group["events"]), "n": n}
        if rate:
            text = f"{percent(rate['value'])} ({100 * rate['low']:.0f}–{percent(rate['high'])})"
        made.append(Group(level_name("", group["label"]), text, n))
    return made


@dataclass(frozen=True)
class Change:
    at: datetime
    by: str
    what: str


def changes_told(entries: list[Entry]) -> list[Change]:
    """The changes in words, with the names of metrics as they are today."""
    keys = {
        str(e.payload[name]) for e in entries for name in ("name", "under") if name in e.payload
    }
    keys |= {turn[0] for e in entries for turn in e.payload.get("turned", [])}
    names = metric_names(keys) | {key: str(goal.name) for key, goal in known_goals().items()}
    return [Change(e.at, str(e.by or ""), _what(e, names)) for e in entries]


def _what(entry: Entry, names: dict[str, str]) -> str:
    told = {name: str(entry.payload.get(name, "")) for name in ("name", "under")}
    told = {name: names.get(key, key) for name, key in told.items()}
    turned = [
        f"{names.get(key, key)}: {EdgeState(before).label} → {EdgeState(after).label}"
        for key, before, after in entry.payload.get("turned", [])
    ]
    separator = "、" if in_japanese() else ", "
    return str(HAPPENED.get(entry.kind, entry.kind)) % (told | {"turned": separator.join(turned)})


def step_of(node: Node, step: str) -> tuple[Node, int] | None:
    """Where a step leads: the node to hang under, and the place there; None where it leads nowhere.

    in: under the one before it; out: beside the one it hangs under.
    """
    parent = node.parent
    if parent is None:
        return None
    there = list(parent.children.order_by("position", "pk"))
    place = [other.pk for other in there].index(node.pk)
    if step == "up":
        return parent, place - 1
    if step == "down":
        return parent, place + 1
    if step == "in":
        return (there[place - 1], 1000) if place else None
    if parent.parent is None:
        return None
    beside = [other.pk for other in parent.parent.children.order_by("position", "pk")]
    return parent.parent, beside.index(parent.pk) + 1


def csv_header() -> list[str]:
    return [
        _("Depth"), _("Name"), _("What it may be called"), _("Line to the node above"),
        _("In words"), _("Estimate"), _("Decisions or months"), "q", _("Actual"), _("Target"),
        _("Distance"), _("Forecast"),
    ]  # fmt: skip


def csv_rows(nodes: list[Node]) -> Iterator[list[object]]:
    deep = depths(nodes)
    for node in nodes:
        state = "" if node.is_root else EdgeState(node.state).label
        decided = bool(estimate_of(node))
        yield [
            deep[node.pk], name_of(node), role_of(node), state,
            "" if node.is_root else said(node), estimate_of(node), node.evidence.get("n_rows"),
            node.evidence.get("q") if decided else None, actual_of(node), target_of(node),
            distance_of(node), forecast_of(node),
        ]  # fmt: skip
