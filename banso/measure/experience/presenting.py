"""The result as rows, ready for a table or a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from banso.measure.experience.answers import kept
from banso.measure.experience.asking import Asked
from banso.measure.experience.result import ChosenValue, Result
from banso.measure.experience.svg import counts, narrow_picture, shown, wide_picture
from banso.measure.experience.wording import (
    BRANCH_NAMES,
    OTHER,
    choice_names,
    customers_and_people,
    headline,
    heard,
    mark,
    missing,
    percent,
    points,
    range_of,
)
from banso.prove.engine.answer import Answer, NoAnswer

Found = Answer | NoAnswer


def cell(found: Found, as_text: Callable[[float], str] = percent) -> dict[str, Any]:
    """A figure with its interval, or why there is none."""
    if isinstance(found, NoAnswer):
        return {"missing": missing(found)}
    return {
        "value": as_text(found.value),
        "range": range_of(found, as_text),
        "n": found.n,
        "found": found,
    }


def drawn(result: Result, asked: Asked) -> dict[str, Any]:
    """What a page shows of a result, kept for each language as long as the result itself."""
    key = ("drawn", asked.wave.pk, tuple(sorted(asked.only.items())), get_language(), asked.asof)
    return kept(key, lambda: _drawn(result, asked))


def _drawn(result: Result, asked: Asked) -> dict[str, Any]:
    def to_branch(key: str) -> str:
        return asked.link("branch_customers", branch=key)

    link = to_branch if result.tied else None
    return {
        "answer": headline(result),
        "heard": heard(result),
        "wide": wide_picture(result, link),
        "narrow": narrow_picture(result, link),
        "rows": branch_rows(result, asked),
        "kinds": chosen_rows(result, asked, "trouble_kind"),
        "channels": chosen_rows(result, asked, "channel"),
        "reasons": chosen_rows(result, asked, "why_not"),
        "consulted": cell(result.consulted),
    }


def branch_rows(result: Result, asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "name": BRANCH_NAMES[one.branch.key],
            "depth": one.branch.depth,
            "counts": counts(one),
            "link": "" if one.is_hidden else asked.link("branch_customers", branch=one.branch.key),
            "cells": [
                cell(one.share_customers), cell(one.share_revenue), cell(one.satisfaction, mark),
                cell(one.intent), cell(one.intent_customers), cell(one.intent_revenue),
                cell(one.recommend, points),
            ],
        }
        for one in shown(result)
    ]  # fmt: skip


FIGURES = (
    "share_people", "share_customers", "share_revenue", "satisfaction", "intent",
    "intent_customers", "intent_revenue", "recommend",
)  # fmt: skip


def result_csv(result: Result) -> tuple[list[str], Iterator[list[Any]]]:
    """One line for each branch: counts, and each figure with its limits; empty where too few."""
    names = {
        "share_people": _("Share of people"),
        "share_customers": _("Share of customers"),
        "share_revenue": _("Share of revenue"),
        "satisfaction": _("Satisfaction (1–5)"),
        "intent": _("Intend to continue"),
        "intent_customers": _("Intend to continue, by customers"),
        "intent_revenue": _("Intend to continue, by revenue"),
        "recommend": _("NPS"),
    }
    header = [_("Branch"), _("People"), _("Customers")]
    for key in FIGURES:
        header += [names[key], _("%(name)s, from") % {"name": names[key]},
                   _("%(name)s, to") % {"name": names[key]}]  # fmt: skip
    return header, _csv_rows(result)


def _csv_rows(result: Result) -> Iterator[list[Any]]:
    for one in shown(result):
        hidden = one.is_hidden
        row: list[Any] = [BRANCH_NAMES[one.branch.key], "" if hidden else one.people]
        row.append(one.accounts or "")
        for key in FIGURES:
            found = getattr(one, key)
            if isinstance(found, Answer):
                row += [round(x, 4) for x in (found.value, found.low, found.high)]
            else:
                row += ["", "", ""]
        yield row


def chosen_rows(result: Result, asked: Asked, meaning: str) -> list[dict[str, Any]]:
    """Kinds of trouble, channels or reasons, with the customers behind each."""
    names = choice_names(asked.wave).get(meaning, {})
    return [_chosen_row(one, asked, meaning, names) for one in result.chosen.get(meaning, [])]


def _chosen_row(
    one: ChosenValue, asked: Asked, meaning: str, names: dict[str, str]
) -> dict[str, Any]:
    hidden = isinstance(one.share, NoAnswer) and one.share.reason == "hidden"
    link = asked.link("branch_customers", chosen=f"{meaning}:{one.value}")
    return {
        "name": names.get(one.value, one.value.removeprefix(OTHER) or names.get(OTHER, "")),
        "counts": missing(one.share)
        if hidden and isinstance(one.share, NoAnswer)
        else customers_and_people(one.accounts, one.people),
        "link": "" if hidden else link,
        "bar": round(100 * one.share.value) if isinstance(one.share, Answer) else 0,
        "share": cell(one.share),
        "consulted": cell(one.consulted),
        "intent": cell(one.intent),
    }
