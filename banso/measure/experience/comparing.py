"""Groups side by side, and those who answered beside the silent, as sentences and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.listen.surveys.meanings import LEAVES
from banso.measure.experience.asking import Asked
from banso.measure.experience.by import GroupFigures, SideBySide
from banso.measure.experience.presenting import cell
from banso.measure.experience.segments import SegmentField
from banso.measure.experience.silent import Invited, RateOf, Silent, tipping
from banso.measure.experience.wording import (
    BRANCH_NAMES,
    customers_and_people,
    mark,
    percent,
    points,
)
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.partial_pooling import Pulled
from banso.shared.figures import figure
from banso.shared.money import shown as money

SURE, Q = 0.05, 0.10
HALF = 0.5
KNOWN_NAMES: Mapping[str, str | Promise] = {
    "employees": gettext_lazy("Employees"),
    "mrr": gettext_lazy("MRR"),
    "months": gettext_lazy("Months as a customer"),
}
SIDE_NAMES: Mapping[str, str | Promise] = {
    "intent": gettext_lazy("Intend to continue"),
    "satisfaction": gettext_lazy("Satisfaction (1–5)"),
    "recommend": gettext_lazy("NPS"),
}
SIDE_TEXT: Mapping[str, Callable[[float], str]] = {
    "intent": percent,
    "satisfaction": mark,
    "recommend": points,
}


def probability(p: float) -> str:
    """Never «0.000»: less than the smallest that is told."""
    return f"p < {figure(0.001, 3)}" if p < 0.001 else f"p = {figure(p, 3)}"


def differ_sentence(seen: SideBySide, field: SegmentField) -> str:
    """Whether intent to continue differs between the groups, the branches held."""
    told = {"field": field.label}
    if isinstance(seen.differ, NoAnswer):
        return _("Not enough data yet to say whether intent to continue differs by %(field)s.") % (
            told
        )
    told["p"] = probability(seen.differ.p)
    if seen.differ.p < SURE:
        return (
            _("Intent to continue differs by %(field)s, the branch of the tree held (%(p)s).")
            % told
        )
    return (
        _("No difference by %(field)s beyond chance, the branch of the tree held (%(p)s).") % told
    )


def interaction_sentence(seen: SideBySide, field: SegmentField) -> str:
    """Whether the tree has another shape in one group than in another."""
    found, told = seen.interacts, {"field": field.label}
    if isinstance(found, NoAnswer):
        return (
            _(
                "Not enough data yet to say whether the branches differ otherwise in one group "
                "than in another: read the branches over all groups."
            )
            % told
        )
    told["p"] = probability(found.p)
    if found.p < SURE:
        return (
            _(
                "The branches differ otherwise in one group than in another (%(p)s): "
                "read them apart."
            )
            % told
        )
    return (
        _(
            "The branches differ alike in all groups as far as can be told (%(p)s): differences "
            "between single cells may well be chance."
        )
        % told
    )


def pulled(found: Pulled | None) -> str:
    return (
        ""
        if found is None
        else f"{percent(found.value)} ({percent(found.low)}–{percent(found.high)})"
    )


def group_rows(seen: SideBySide, field: SegmentField, asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "name": field.name(one.group),
            "link": asked.narrow(field.key, one.group),
            "counts": customers_and_people(one.accounts, one.people),
            "responded": cell(one.responded),
            "cells": [
                cell(one.trouble), cell(one.consulted), cell(one.satisfaction, mark),
                cell(one.intent),
            ],
            "pulled": pulled(one.pulled),
            "recommend": cell(one.recommend, points),
            "apart": cell(one.apart, points),
            "q": _q(one),
        }
        for one in seen.groups
    ]  # fmt: skip


def _q(one: GroupFigures) -> str:
    if isinstance(one.apart, NoAnswer) or one.apart.q is None:
        return ""
    told = {"q": figure(one.apart.q, 2)}
    return _("stands out, q = %(q)s") % told if one.apart.q <= Q else _("q = %(q)s") % told


def leaf_rows(seen: SideBySide, field: SegmentField) -> dict[str, Any]:
    """The intent to continue at each leaf of each group: as answered, and pulled."""
    leaves = [
        leaf
        for leaf in LEAVES
        if any(isinstance(one.leaves[leaf][0], Answer) for one in seen.groups)
    ]
    rows = [
        {
            "name": field.name(one.group),
            "cells": [
                cell(one.leaves[leaf][0]) | {"pulled": pulled(one.leaves[leaf][1])}
                for leaf in leaves
            ],
        }
        for one in seen.groups
    ]
    return {"heads": [BRANCH_NAMES[leaf] for leaf in leaves], "rows": rows}


def groups_csv(seen: SideBySide, field: SegmentField) -> tuple[list[Any], Iterator[list[Any]]]:
    header = [
        field.label, _("People"), _("Customers"), _("Customers in all"), _("Response rate"),
        _("Had trouble"), _("Consulted us"), _("Satisfaction (1–5)"), _("Intend to continue"),
        _("Intend to continue, pooled"), _("NPS"), "q",
    ]  # fmt: skip
    return header, (_csv_row(one, field) for one in seen.groups)


def _csv_row(one: GroupFigures, field: SegmentField) -> list[Any]:
    found = (one.responded, one.trouble, one.consulted, one.satisfaction, one.intent)
    figures = [round(x.value, 4) if isinstance(x, Answer) else "" for x in found]
    q = one.apart.q if isinstance(one.apart, Answer) else None
    return [
        field.name(one.group), one.people, one.accounts, one.population, *figures,
        "" if one.pulled is None else round(one.pulled.value, 4),
        round(one.recommend.value, 4) if isinstance(one.recommend, Answer) else "",
        "" if q is None else round(q, 4),
    ]  # fmt: skip


def rate_tables(
    rates: Mapping[str, Sequence[RateOf]], fields: Mapping[str, SegmentField], asked: Asked
) -> list[dict[str, Any]]:
    """One table of response rates for each field."""
    return [
        {
            "label": fields[key].label,
            "rows": [
                {
                    "name": fields[key].name(one.group),
                    "link": asked.narrow(key, one.group),
                    "answered": figure(one.answered),
                    "population": figure(one.population),
                    "rate": cell(one.rate),
                    "bar": round(100 * one.answered / one.population) if one.population else 0,
                }
                for one in found
            ],
        }
        for key, found in rates.items()
        if len(found) > 1
    ]


def rates_csv(
    rates: Mapping[str, Sequence[RateOf]], fields: Mapping[str, SegmentField]
) -> tuple[list[Any], Iterator[list[Any]]]:
    header = [_("Field"), _("Group"), _("Answered"), _("Customers in all"), _("Response rate")]
    return header, (
        [fields[key].label, fields[key].name(one.group), one.answered, one.population,
         round(one.answered / one.population, 4) if one.population else ""]
        for key, found in rates.items()
        for one in found
    )  # fmt: skip


def threshold_asked(text: str) -> float:
    """A share in percent that somebody typed; a half where it is none."""
    try:
        typed = float(text)
    except ValueError:
        return HALF
    return typed / 100 if 0 < typed < 100 else HALF


def side_rows(seen: Silent) -> list[dict[str, Any]]:
    return [
        {
            "name": SIDE_NAMES[one.key],
            "raw": cell(one.raw, SIDE_TEXT[one.key]),
            "weighted": cell(one.weighted, SIDE_TEXT[one.key]),
        }
        for one in seen.sides
    ]


def invited_sentence(found: Invited | None) -> str:
    if found is None:
        return ""
    return _(
        "%(people)s people of %(accounts)s customers were invited; %(answered)s of them answered "
        "(%(rate)s)."
    ) % {
        "people": figure(found.people),
        "accounts": figure(found.accounts),
        "answered": figure(found.answered),
        "rate": percent(found.answered / found.people),
    }


def weights_sentence(seen: Silent) -> str:
    if isinstance(seen.raked, NoAnswer):
        return _("Weights cannot be had: too few answered in some of the groups.")
    return _(
        "Weighted so that size, use case and usage together are as among all customers. "
        "%(answered)s customers then count for %(n)s (effective n); %(cut)s weights above five "
        "times the mean were cut."
    ) % {
        "answered": figure(seen.answered),
        "n": figure(seen.raked.effective_n),
        "cut": figure(seen.raked.trimmed),
    }


def post_sentence(seen: Silent) -> str:
    """The customers in which at least half intend to continue, weighted by size alone."""
    if isinstance(seen.post, NoAnswer) or isinstance(seen.post_n, NoAnswer):
        return _("Post-stratified by company size: not enough answers in some of the sizes.")
    return _(
        "Post-stratified by company size, %(share)s of all customers intend to continue; as "
        "answered it is %(raw)s (effective n %(n)s)."
    ) % {
        "share": percent(seen.post, 1),
        "raw": percent(seen.positive or 0.0, 1),
        "n": figure(seen.post_n),
    }


def limits_sentence(seen: Silent) -> str:
    if isinstance(seen.limits, NoAnswer):
        return ""
    return _(
        "Whatever the silent think, between %(low)s and %(high)s of all customers intend to "
        "continue: the first if none of the silent does, the second if all of them do."
    ) % {"low": percent(seen.limits.low), "high": percent(seen.limits.high)}


def tipping_sentence(seen: Silent, threshold: float) -> str:
    """In words, how far apart the silent would have to be."""
    found, told = tipping(seen, threshold), {"threshold": percent(threshold)}
    if isinstance(found, NoAnswer):
        if found.reason == "cannot_tip":
            return (
                _(
                    "No answer of the silent could bring the share of all customers to "
                    "%(threshold)s."
                )
                % told
            )
        return _("There is nobody silent, or nobody who answered: nothing can tip.")
    told |= {
        "gap": figure(100 * abs(found.gap), 1),
        "silent": percent(found.silent, 1),
        "raw": percent(seen.positive or 0.0, 1),
    }
    if found.gap >= 0:
        return _(
            "Among those who answered it is %(raw)s. For all customers together to fall to "
            "%(threshold)s, the silent would have to lie %(gap)s points lower, at %(silent)s."
        ) % told  # fmt: skip
    return _(
        "Among those who answered it is %(raw)s. For all customers together to reach "
        "%(threshold)s, the silent would have to lie %(gap)s points higher, at %(silent)s."
    ) % told  # fmt: skip


def known_rows(seen: Silent, currency: str) -> list[dict[str, Any]]:
    def told(key: str, value: float) -> str:
        return money(round(value), currency) if key == "mrr" else figure(value)

    return [
        {
            "name": KNOWN_NAMES[one.key],
            "answered": told(one.key, one.answered),
            "silent": told(one.key, one.silent),
            "difference": "" if one.difference is None else figure(one.difference, 2),
            "is_large": one.difference is not None and abs(one.difference) > 0.1,
        }
        for one in seen.known
    ]


def stayed_rows(seen: Silent) -> dict[str, Any]:
    ours, theirs, gap = seen.stayed
    return {
        "answered": cell(ours),
        "silent": cell(theirs),
        "gap": cell(gap, points),
        "until": date_format(seen.until, "DATE_FORMAT"),
    }
