"""Verdicts as the pages and files show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from banso.listen.surveys.models import Wave
from banso.prove.contrasts.judging import SCALES
from banso.prove.contrasts.models import Said, Verdict
from banso.prove.contrasts.rules import OUTCOMES, Question
from banso.prove.contrasts.wording import (
    KINDS,
    OUTCOME_NAMES,
    STEP_WHYS,
    STEPS,
    checks_told,
    corrected_told,
    difference_told,
    lacking,
    level_told,
    question_told,
    said_told,
    side_told,
)
from banso.prove.studies.wording import percent

COLOURS = {
    "found": "bg-teal-lt", "reversed": "bg-orange-lt", "no_difference": "bg-azure-lt",
    "undecided": "bg-secondary-lt", "too_few": "bg-secondary-lt", "no_variation": "bg-secondary-lt",
}  # fmt: skip
ICONS = {
    "reproduce": "ti-sparkles", "why_not": "ti-message-question", "prevent": "ti-shield-check",
    "answers": "ti-mail-plus", "mend": "ti-tool", "elsewhere": "ti-compass", "read": "ti-book",
}  # fmt: skip
READ = ("reproduce", "why_not", "prevent", "mend", "read")


@dataclass(frozen=True)
class Line:
    """One outcome of a pair, ready to print."""

    verdict: Verdict
    outcome: str
    said: str
    colour: str
    sentence: str
    levels: tuple[str, str]
    n: tuple[int, int]
    accounts: tuple[int, int]
    difference: str
    corrected: str
    more: int | None


@dataclass(frozen=True)
class Card:
    """A pair with all its outcomes and what to do next; ``first``: the intent, if asked."""

    question: Question
    name: str
    one: str
    other: str
    kind: str
    is_confirmatory: bool
    lines: list[Line]
    step: str
    step_name: str
    step_why: str
    icon: str
    is_anonymous: bool

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def compares(self) -> bool:
        """Whether anything was compared; groups that are too small have no table."""
        return any(line.verdict.said != Said.TOO_FEW for line in self.lines)

    @property
    def reads(self) -> bool:
        """Whether the step opens texts and people."""
        return self.step in READ


def cards_of(wave: Wave, asked: Sequence[Question], verdicts: Sequence[Verdict]) -> list[Card]:
    """The pairs in their order; one without a verdict yet is left out."""
    by_key: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_key.setdefault(verdict.pair_key, []).append(verdict)
    return [card_of(wave, one, by_key[one.key]) for one in asked if one.key in by_key]


def card_of(wave: Wave, question: Question, verdicts: Sequence[Verdict]) -> Card:
    one, other = side_told(question.one, wave), side_told(question.other, wave)
    ordered = sorted(verdicts, key=lambda v: OUTCOMES.index(v.outcome))
    step = ordered[0].step
    return Card(
        question=question, name=question_told(question, wave), one=one, other=other,
        kind=str(KINDS[ordered[0].is_confirmatory]), is_confirmatory=ordered[0].is_confirmatory,
        lines=[_line(v, one, other) for v in ordered], step=step, step_name=str(STEPS[step]),
        step_why=str(STEP_WHYS.get(step, "")), icon=ICONS[step],
        is_anonymous=wave.is_anonymous,
    )  # fmt: skip


def _line(verdict: Verdict, one: str, other: str) -> Line:
    found = verdict.figures
    known = found["reason"] not in ("too_few_answers", "too_few_accounts")
    levels = [level_told(verdict.outcome, v) if known else "–" for v in found["levels"]]
    return Line(
        verdict=verdict, outcome=str(OUTCOME_NAMES[verdict.outcome]),
        said=str(Said(verdict.said).label), colour=COLOURS[verdict.said],
        sentence=said_told(verdict, one, other), levels=(levels[0], levels[1]),
        n=(found["n"][0], found["n"][1]), accounts=(found["accounts"][0], found["accounts"][1]),
        difference=difference_told(verdict), corrected=corrected_told(verdict),
        more=lacking(found) if verdict.said == Said.UNDECIDED else None,
    )  # fmt: skip


def answers_table(verdict: Verdict) -> list[tuple[int, list[str]]]:
    """Each answer with what part of either group gave it and how many, the highest first; nothing
    where a group is too small to be shown.
    """
    rows = verdict.figures["answers"]
    sums = [sum(row) for row in rows]
    if min(sums) < 10 or verdict.figures["reason"] in ("too_few_answers", "too_few_accounts"):
        return []
    low, high = SCALES[verdict.outcome]
    return [
        (
            answer,
            [f"{percent(row[answer - low] / n)} ({row[answer - low]})"
             for row, n in zip(rows, sums, strict=True)],
        )
        for answer in range(high, low - 1, -1)
    ]  # fmt: skip


def answers_chart(verdict: Verdict, one: str, other: str) -> dict[str, Any]:
    rows = verdict.figures["answers"]
    low, high = SCALES[verdict.outcome]
    sums = [sum(row) for row in rows]
    series = [
        {"type": "bar", "name": name, "color": colour, "itemStyle": {"decal": decal},
         "data": [round(x / n, 4) for x in row]}
        for name, colour, row, n, decal in zip(
            (one, other), ("#0f6173", "#e0a63a"), rows, sums, ({}, {"symbol": "rect"}), strict=True
        )
    ]  # fmt: skip
    return {
        "grid": {"left": 48, "right": 16, "top": 36, "bottom": 28},
        "legend": {"top": 0},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [str(a) for a in range(low, high + 1)]},
        "yAxis": {"type": "value", "axisLabel": {"formatter": "percent"}},
        "series": series,
    }


@dataclass(frozen=True)
class Detail:
    """One outcome of the page of a pair."""

    line: Line
    checks: list[tuple[str, str]]
    answers: list[tuple[int, list[str]]]
    chart: dict[str, Any] | None
    chart_id: str


def details_of(card: Card) -> list[Detail]:
    found = []
    for line in card.lines:
        table = answers_table(line.verdict)
        chart = answers_chart(line.verdict, card.one, card.other) if table else None
        name = f"answers-{line.verdict.outcome}"
        found.append(Detail(line, checks_told(line.verdict), table, chart, name))
    return found


def csv_header() -> list[str]:
    return [
        _("Pair"), _("Registered"), _("Outcome"), _("Verdict"), _("First group"),
        _("Second group"), _("Difference"), _("95% low"), _("95% high"), "n 1", "n 2",
        _("Customers 1"), _("Customers 2"), _("Odds ratio"), _("95% low"), _("95% high"), "p",
        "p (Holm)", "q", _("Answers lacking"), _("Next step"),
    ]  # fmt: skip


def csv_rows(cards: Sequence[Card]) -> Iterator[list[object]]:
    for card in cards:
        for line in card.lines:
            found = line.verdict.figures
            gap, odds = found["difference"] or {}, found["odds"] or {}
            yield [
                card.name, card.kind, line.outcome, line.said, *found["levels"],
                *(gap.get(key, "") for key in ("value", "low", "high")), *found["n"],
                *(("", "") if card.is_anonymous else found["accounts"]),
                *(odds.get(key, "") for key in ("value", "low", "high")),
                *("" if found[key] is None else found[key] for key in ("p", "holm", "q")),
                line.more or "", card.step_name,
            ]  # fmt: skip
