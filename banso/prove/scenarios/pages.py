"""What the pages of what-ifs show, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from banso.listen.surveys.models import Wave
from banso.measure.experience.answers import version
from banso.prove.engine.answer import NoAnswer
from banso.prove.scenarios.choices import LEVERS, asked_where, shown, wheres
from banso.prove.scenarios.estimating import estimated
from banso.prove.scenarios.gathering import Ground, ground_of, today_here
from banso.prove.scenarios.models import WhatIf
from banso.prove.scenarios.presenting import assumptions_of, leaves_of, rows_of
from banso.prove.scenarios.rules import Asked
from banso.prove.scenarios.wording import (
    answer_told,
    bounds_told,
    calibration_told,
    caution_told,
    cost_told,
    interaction_told,
    kept_told,
    notes_of,
    outcome_told,
    question_told,
    refusal_told,
    rests_on,
    whom_told,
)


@dataclass(frozen=True)
class Answered:
    """A question with its answer; ``refused`` says why there is none; ``card`` is None while an
    entry cannot be used.
    """

    wave: Wave
    where: str
    asked: Asked | None = None
    ground: Ground | None = None
    form: Any = None
    card: dict[str, Any] | None = None
    refused: str = ""


def answered(wave: Wave, given: Mapping[str, str], form_of: Callable[..., Any]) -> Answered:
    """The answer to what a request asks; form_of: `forms.LeverForm`."""
    where = given.get("where", "")
    asof = version(wave)
    about = asked_where(given, wave, asof)
    if about is None:
        return Answered(wave, "", refused=_("There is no such group any more: choose another."))
    ground = ground_of(wave, about, asof)
    if isinstance(ground, NoAnswer):
        return Answered(wave, where, about, refused=refusal_told(ground))
    known = not isinstance(ground.calibration, NoAnswer)
    form = form_of(given, now=ground.now, calibrated=known)
    if not form.is_valid():
        return Answered(wave, where, about, ground, form)
    asked = form.asked(about, ground.now, ground.currency)
    card = estimated(ground, asked) | {"whom": whom_told(asked, wave), "wave": str(wave)}
    return Answered(wave, where, asked, ground, form, card)


def page_context(told: Answered) -> dict[str, Any]:
    context: dict[str, Any] = {
        "told": told, "where": told.where, "wheres": partial(wheres, told.wave), "form": told.form,
        "refused": told.refused, "card": told.card,
    }  # fmt: skip
    if told.form is not None and told.ground is not None:
        now = shown(told.ground.now)
        context["levers"] = [(told.form[name], now[name]) for name in LEVERS]
        context["assumed"] = [told.form[name] for name in ("transfer", "gap", "risk", "cost")]
        entries = {"wave": told.wave.pk, "where": told.where} | {
            name: value for name, value in told.form.data.items() if value not in (None, "")
        }
        context |= {"entries": list(entries.items()), "query": urlencode(entries)}
        context["errors"] = [
            (told.form[name].label, error)
            for name, errors in told.form.errors.items() for error in errors
        ]  # fmt: skip
    return context | (card_context(told.card) if told.card is not None else {})


def card_context(card: dict[str, Any]) -> dict[str, Any]:
    """An answer ready to print."""
    return {
        "card": card, "question": question_told(card), "answer": answer_told(card),
        "caution": caution_told(card), "notes": notes_of(card), "rows": rows_of(card),
        "interaction": interaction_told(card), "cost": cost_told(card),
        "bounds": bounds_told(card), "calibration": calibration_told(card),
        "risks": _risks(card), "assumptions": assumptions_of(card), "rests": rests_on(card),
        "leaves": leaves_of(card),
    }  # fmt: skip


def _risks(card: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """Risk of each answer 1..5: as stated, and as it came."""
    found = card["calibration"]
    if found["reason"]:
        return []
    limits = zip(found["risk"], found["low"], found["high"], strict=True)
    return [
        (answer, "0%" if answer >= 4 else "100%", f"{r:.0%} ({low:.0%}–{high:.0%})")
        for answer, (r, low, high) in enumerate(limits, start=1)
    ]


def detail_context(what_if: WhatIf) -> dict[str, Any]:
    """The page of a kept one: what was expected, and what came."""
    came = getattr(what_if, "came", None)
    return card_context(what_if.figures) | {
        "what_if": what_if, "kept": kept_told(what_if), "came": came,
        "outcome": outcome_told(came, what_if.figures) if came else "",
        "due": what_if.due_on <= today_here(),
    }  # fmt: skip
