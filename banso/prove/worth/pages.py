"""What the pages of what-ifs show, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from banso.prove.studies.wording import percent
from banso.prove.worth.asking import Answered
from banso.prove.worth.behind import Line
from banso.prove.worth.measured import Effect
from banso.prove.worth.models import Scenario
from banso.prove.worth.presenting import (
    assumptions_of,
    evidence_of,
    names_told,
    outcome_rows,
    outcome_told,
    rows_of,
    text_of,
)
from banso.prove.worth.reads import first_estimate
from banso.prove.worth.rules import EFFECT, FIELD, IS, MILESTONE, Asked
from banso.prove.worth.subjects import Subject, key_of
from banso.prove.worth.wording import (
    answer_told,
    caution_told,
    cost_told,
    question_told,
    refusal_told,
    value_told,
)
from banso.shared.money import shown


def card_context(card: dict[str, Any], today: date) -> dict[str, Any]:
    """An estimate ready to print."""
    return {
        "card": card,
        "question": question_told(card),
        "answer": answer_told(card),
        "caution": caution_told(card),
        "rows": rows_of(card),
        "cost": cost_told(card),
        "assumptions": assumptions_of(card),
        "evidence": evidence_of(card, today),
        "known_at": known_at(card["subject"]["key"], card["evidence"].get("finding")),
    }


def known_at(key: str, finding: int | None) -> str:
    """The page that says what is known of a subject; empty of an effect, whose measure has one."""
    if key.startswith(EFFECT):
        return ""
    if key.startswith(MILESTONE):
        query = urlencode({"metric": key.removeprefix(MILESTONE)})
        return f"{reverse('lifetime:first_time')}?{query}"
    if key.startswith(FIELD):
        return reverse("studies:evidence_finding", args=[finding])
    return reverse("studies:metric_evidence", args=[key])


def worth_context(found: Answered, entries: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The page of a question, answered or refused; entries: of the form, as they are shown."""
    told = {name: value for name, value in entries.items() if value not in (None, "")}
    context: dict[str, Any] = {"query": urlencode(told), "told": list(told.items())}
    if found.finding and found.asked and found.refused:
        context["refusal"] = refusal_told(found.refused, found.finding, found.asked, today)
        context["finding"] = found.finding
        context["waits"] = found.refused.reason in ("not_enough_data", "effect_unclear")
        context["measure"] = getattr(found.finding, "measure", None)
        context["known_at"] = known_at(key_of(found.finding), getattr(found.finding, "pk", None))
    is_effect = isinstance(found.finding, Effect)
    if found.reach and found.finding and found.asked and not is_effect:
        context["reach"] = {
            name: value_told(value, found.finding, found.asked)
            for name, value in found.reach.items()
        }
    if found.card is not None:
        context |= card_context(found.card, today) | {"finding": found.finding}
    return context


def customer_rows(lines: Iterable[Line], finding: Subject, asked: Asked) -> list[dict[str, Any]]:
    """Customers behind an estimate, ready to print."""
    return [
        {
            "line": line,
            "mrr": shown(line.mrr, asked.currency),
            "value": _value(line.value, finding, asked),
            "stay": percent(line.stay),
            "changed": percent(line.changed),
        }
        for line in lines
    ]


def _value(value: float | None, finding: Subject, asked: Asked) -> str:
    if value is None:
        return ""
    if isinstance(finding, Effect) or asked.compare == IS:
        return _("has it already") if value else _("does not have it")
    if asked.compare:
        return _("reached it") if value else _("has not reached it")
    return value_told(value, finding, asked)


def asked_again(found: Answered, today: date) -> str:
    """Why nothing can be estimated today."""
    if found.refused and found.finding and found.asked:
        return refusal_told(found.refused, found.finding, found.asked, today)
    return _("The metric of this scenario is not measured any more.")


def detail_context(scenario: Scenario, today: date) -> dict[str, Any]:
    """The page of a saved scenario: the promise, its history, and what came."""
    promise, names = first_estimate(scenario), names_told()
    history = [
        (made, [text_of(key, made.figures["figures"][key]["value"], scenario.currency)
                for key in names], made == promise)
        for made in scenario.estimates.all()
    ]  # fmt: skip
    outcome = getattr(scenario, "outcome", None)
    return card_context(promise.figures, promise.at.date()) | {
        "scenario": scenario,
        "promise": promise,
        "history": history,
        "names": list(names.values()),
        "outcome": outcome,
        "outcome_rows": outcome_rows(outcome, promise.figures) if outcome else [],
        "outcome_told": outcome_told(outcome, promise.figures) if outcome else "",
        "due": scenario.due_on <= today,
    }
