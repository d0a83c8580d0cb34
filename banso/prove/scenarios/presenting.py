"""A what-if as the page, the one-page sheet and the file show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.listen.surveys.models import Leaf
from banso.prove.scenarios.models import WhatIf
from banso.prove.scenarios.rules import FEWEST_IN_LEAF, Asked
from banso.prove.scenarios.wording import (
    LEVER_NAMES,
    answer_told,
    bounds_told,
    caution_told,
    changes_of,
    cost_told,
    count_told,
    interaction_told,
    money,
    question_told,
    rests_on,
    share,
)
from banso.prove.studies.wording import in_japanese, percent
from banso.shared.money import CURRENCIES
from banso.shared.sheets.content import Facts, Range, Sheet, places
from banso.shared.users.reads import organisation

PLACES = 200


@dataclass(frozen=True)
class Bar:
    """Where a bar's ends lie, in 0..200."""

    far: float
    far_width: float
    near: float
    near_width: float
    dot: float
    zero: float


@dataclass(frozen=True)
class Row:
    """One figure with its ranges."""

    key: str
    name: str
    range: Range
    bar: Bar


def rows_of(card: Mapping[str, Any]) -> list[Row]:
    """Risk before and after; kept by all levers together, by each moved one alone, by acting on
    each other; money kept.
    """
    heads, paid = card["customers"], card["money"]
    rows = [
        _row("before", _("Churn risk now"), heads["before"], share),
        _row("after", _("Churn risk with the change"), heads["after"], share),
        _row("kept", _("Customers kept"), heads["together"], count_told),
    ]
    many = len(changes_of(card))
    for key, name in LEVER_NAMES.items() if many > 1 else ():
        band = heads["alone"][key]
        if band["value"] or band["low95"] or band["high95"]:
            rows.append(
                _row(key, _("of these: %(lever)s alone") % {"lever": name}, band, count_told)
            )
    if many > 1:
        rows.append(
            _row("interaction", _("acting on each other"), heads["interaction"], count_told)
        )
    if paid is not None:
        rows.append(
            _row("mrr", _("MRR kept"), paid["together"], lambda v: money(v, card["currency"]))
        )
    return rows


def _row(key: str, name: str, band: Mapping[str, float], told: Any) -> Row:
    inner, outer = (band["low80"], band["high80"]), (band["low95"], band["high95"])
    found = Range(
        name, told(band["value"]), " – ".join(told(v) for v in inner),
        " – ".join(told(v) for v in outer), band["value"], inner, outer,
    )  # fmt: skip
    far, end, near, stop, dot, zero = (round(PLACES * p, 2) for p in places(found))
    bar = Bar(far, max(end - far, 1), near, max(stop - near, 1), dot, zero)
    return Row(key, name, found, bar)


@dataclass(frozen=True)
class LeafLine:
    """One leaf as it stands; a small one shows its counts alone."""

    name: str
    people: int
    accounts: int
    share: str
    risk: str


def leaves_of(card: Mapping[str, Any]) -> list[LeafLine]:
    found = []
    for one in card["leaves"]:
        few = one["people"] < FEWEST_IN_LEAF or (
            not card["anonymous"] and one["accounts"] < FEWEST_IN_LEAF
        )
        found.append(
            LeafLine(
                str(Leaf(one["leaf"]).label), one["people"], one["accounts"],
                "" if few else share(one["share"]), "" if few else share(one["risk"]),
            )
        )  # fmt: skip
    return found


def assumptions_of(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    asked = Asked.of(card["asked"])
    told = [
        (_("Moved for"), card.get("whom", "")),
        *[(_("Lever"), change) for change in changes_of(card)],
        (_("Of the gap comes across (λ)"), percent(asked.transfer)),
        (_("If all of it came across (λ = 100%)"), _("%(n)s customers kept: the upper bound") % {
            "n": count_told(card["customers"]["full"])}),
    ]  # fmt: skip
    if asked.cost:
        told.append((_("Cost of the change a year"), money(asked.cost, asked.currency)))
    return told


def sheet_of(card: Mapping[str, Any], *, name: str, on: date) -> Sheet:
    """The page as a sheet of one page."""
    told = {"day": date_format(on, "DATE_FORMAT"), "home": organisation().name}
    title = _("Try out better support")
    answer = " ".join(
        part for part in (answer_told(card), interaction_told(card), cost_told(card)) if part
    )
    return Sheet(
        kind=f"{title} — {name}" if name else title,
        question=question_told(card),
        answer=answer,
        caution=caution_told(card),
        header=("", _("In the middle"), _("80% range"), _("95% range")),
        ranges=tuple(row.range for row in rows_of(card)),
        blocks=(
            Facts(_("Assumptions"), tuple(assumptions_of(card))),
            Facts(_("What it rests on"), tuple(rests_on(card))),
            Facts(_("Those who did not answer"), ((_("Worst and best case"), bounds_told(card)),)),
        ),
        footer=_("As of %(day)s · %(home)s") % told,
        language="ja" if in_japanese() else "en",
    )  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One what-if in the comparison of several."""

    what_if: WhatIf
    question: str
    rows: list[Row]
    assumptions: list[tuple[str, str]]
    cost: str


def side_of(what_if: WhatIf) -> Side:
    card = what_if.figures
    rows = [row for row in rows_of(card) if row.key in ("before", "after", "kept")]
    paid = [row for row in rows_of(card) if row.key == "mrr"]
    empty = Row("mrr", _("MRR kept"), Range("", "–", "–", "–", 0, (0, 0), (0, 0)),
                Bar(0, 1, 0, 1, 0, 0))  # fmt: skip
    return Side(
        what_if, question_told(card), [*rows, *(paid or [empty])], assumptions_of(card),
        cost_told(card),
    )  # fmt: skip


def csv_header() -> list[str]:
    return [
        _("Figure"), _("In the middle"), _("80% low"), _("80% high"), _("95% low"), _("95% high"),
        "n",
    ]  # fmt: skip


def csv_rows(card: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    """Figures of the page (shares in 0..1, money in major units), then what was assumed."""
    unit = 10 ** CURRENCIES.get(str(card["currency"] or ""), 2)
    for row in rows_of(card):
        scale = unit if row.key == "mrr" else 1
        numbers = (row.range.value, *row.range.inner, *row.range.outer)
        yield [row.name, *(round(v / scale, 4) for v in numbers), card["n"]]
    for name, said in (*assumptions_of(card), *rests_on(card)):
        yield [name, said]
