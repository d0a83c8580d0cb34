"""What the pages of pairs show, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from banso.listen.surveys.meanings import NOT_CONSULTED
from banso.listen.surveys.models import Leaf, Response, Wave
from banso.measure.experience.answers import version
from banso.prove.contrasts.models import Round, Said, Verdict
from banso.prove.contrasts.presenting import Card, details_of
from banso.prove.contrasts.reads import (
    comment_keys,
    history_of,
    is_closed,
    labels_of,
    named_counts,
    responses_of,
    state_of,
)
from banso.prove.contrasts.rules import Question, Side, people_of
from banso.prove.contrasts.wording import (
    OUTCOME_NAMES,
    difference_told,
    headline,
    language,
    side_told,
)
from banso.prove.engine.proportions import wilson
from banso.prove.studies.wording import percent
from banso.shared import clock
from banso.shared.users.reads import organisation

SHOWN_FROM = 10


def list_context(wave: Wave, latest: Round | None, cards: Sequence[Card]) -> dict[str, Any]:
    """The page of an asking; stale: answers came since the round."""
    closed = is_closed(wave, clock.today(organisation().time_zone))
    state = state_of(wave, version(wave))
    stale = latest is None or (latest.state, latest.is_final) != (state, closed)
    firsts = [card.first.verdict for card in cards]
    return {
        "round": latest, "cards": cards, "stale": stale, "closed": closed,
        "headline": headline(firsts) if firsts else "",
        "later": sum(not card.is_confirmatory for card in cards),
    }  # fmt: skip


def detail_context(wave: Wave, question: Question, card: Card) -> dict[str, Any]:
    details = details_of(card)
    return {
        "wave": wave, "card": card, "details": details, "question": question,
        "charts": [(one.chart_id, one.chart) for one in details if one.chart],
        "history": [_kept(one) for one in history_of(wave.survey, question.key)],
    }  # fmt: skip


def _kept(verdict: Verdict) -> dict[str, Any]:
    return {
        "at": verdict.round.at, "wave": verdict.round.wave, "is_final": verdict.round.is_final,
        "outcome": OUTCOME_NAMES[verdict.outcome], "said": Said(verdict.said).label,
        "difference": difference_told(verdict), "n": verdict.figures["n"],
    }  # fmt: skip


def step_context(
    wave: Wave, question: Question, card: Card
) -> tuple[QuerySet[Response], dict[str, Any]]:
    """Whom the next step is about, and what they named."""
    side = people_of(question, card.first.verdict.said, card.step)
    rows = responses_of(wave, side)
    meaning = "why_not" if side.leaves == (NOT_CONSULTED,) else "trouble_kind"
    return rows, {
        "wave": wave, "card": card, "question": question, "group": side_told(side, wave),
        "n": rows.count(), "named": _named(wave, side, meaning), "meaning": meaning,
        "is_anonymous": wave.is_anonymous,
    }  # fmt: skip


def _named(wave: Wave, side: Side, meaning: str) -> list[dict[str, Any]]:
    labels, n = labels_of(wave, meaning, language()), responses_of(wave, side).count()
    found = []
    for value, count in named_counts(wave, side, meaning):
        row = {"label": labels.get(value, value), "n": count, "of": n, "share": "", "limits": ""}
        if n >= SHOWN_FROM:
            low, high = wilson(count, n)
            row |= {"share": percent(count / n), "limits": f"{percent(low)}–{percent(high)}"}
        found.append(row)
    return found


def step_rows(wave: Wave, rows: Iterable[Response]) -> tuple[list[str], list[list[object]]]:
    """Header and lines of people with what they wrote; of an anonymous wave the texts alone."""
    keys = comment_keys(wave)
    header = [_("Experience"), _("Satisfaction"), _("Intent to continue"), "0–10", _("Comment")]
    if not wave.is_anonymous:
        header = [_("Customer"), _("Person"), *header]
    return header, [_line(wave, one, keys) for one in rows]


def people_lines(wave: Wave, rows: Iterable[Response]) -> list[dict[str, Any]]:
    """The same for the page, with the answer itself to link from."""
    keys = comment_keys(wave)
    return [
        {"response": one, "leaf": Leaf(one.leaf).label, "text": _said(one, keys)} for one in rows
    ]


def _said(one: Response, keys: Sequence[str]) -> str:
    return " / ".join(str(one.answers[key]) for key in keys if one.answers.get(key))


def _line(wave: Wave, one: Response, keys: Sequence[str]) -> list[object]:
    told: list[object] = [
        str(Leaf(one.leaf).label), one.satisfaction, one.intent, one.recommend, _said(one, keys),
    ]  # fmt: skip
    if wave.is_anonymous:
        return told
    return [one.account.name if one.account else "", one.person.name if one.person else "", *told]
