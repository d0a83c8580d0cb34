from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.http import Http404

from banso.listen.surveys.definition import words
from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Response, ResponseChoice, Survey, Wave
from banso.listen.surveys.reads import definition_of, handed_in
from banso.measure.experience.answers import answers_of, kept, version
from banso.measure.experience.reads import waves
from banso.measure.experience.segments import segment_fields
from banso.prove.contrasts.judging import Columns
from banso.prove.contrasts.models import Pair, Round, Verdict
from banso.prove.contrasts.rules import BUILT_IN, NAMED, OUTCOMES, Question, Side, kind_of
from banso.prove.hypotheses.chain import broken_at

FEWEST_SHOWN = 5


def wave_named(pk: int) -> Wave:
    """A wave of customers that somebody answered; 404 for another."""
    found = next((wave for wave in waves() if wave.pk == pk), None)
    if found is None:
        raise Http404
    return found


def pairs_of(survey: Survey) -> QuerySet[Pair]:
    return Pair.objects.filter(survey=survey).select_related("by")


def questions_of(wave: Wave) -> list[Question]:
    """The built-in pairs, then those registered for the survey and not given up."""
    own = pairs_of(wave.survey).filter(retired_at=None)
    return [*BUILT_IN, *(pair.question for pair in own)]


def question_named(wave: Wave, key: str) -> Question:
    """404 for one that this survey does not ask; a given-up one can still be read."""
    every = [*BUILT_IN, *(pair.question for pair in pairs_of(wave.survey))]
    found = next((one for one in every if one.key == key), None)
    if found is None:
        raise Http404
    return found


def first_answer(wave: Wave) -> datetime | date | None:
    """When the first answer came; the day alone where no time is kept."""
    told = handed_in(wave).aggregate(
        on=Min("submitted_on"), at=Min("submitted_at"), n=Count("pk"), timed=Count("submitted_at")
    )
    found: datetime | date | None = told["at"] if told["n"] == told["timed"] else told["on"]
    return found


def asked_of(wave: Wave) -> list[tuple[Question, str]]:
    """Every pair with whether it was said before the first answer."""
    first = first_answer(wave)
    return [(one, kind_of(one, first)) for one in questions_of(wave)]


def columns_of(wave: Wave, questions: Sequence[Question]) -> Columns:
    """The answers as columns, with the rows of every side asked for."""
    asof = version(wave)
    answers = answers_of(wave, asof)
    who: dict[Side, Any] = {}
    for side in {side for one in questions for side in (one.one, one.other)}:
        mask = np.isin(answers.leaf, [LEAVES.index(leaf) for leaf in side.leaves])
        if side.field in NAMED:
            named = _named(wave, side.field, side.value)
            mask &= np.isin(answers.ids, named)
        elif side.field:
            fields = segment_fields(wave.opens_on)
            known = fields.get(side.field)
            group = known.groups(asof).at(answers.account) if known and answers.tied else None
            mask &= group == side.value if group is not None else False
        who[side] = mask
    scales = {outcome: getattr(answers, outcome) for outcome in OUTCOMES}
    return Columns(answers.code, answers.leaf, scales, who)


def _named(wave: Wave, meaning: str, value: str) -> Any:
    rows = ResponseChoice.objects.filter(
        response__wave=wave, response__submitted_on__isnull=False, meaning=meaning, value=value
    )
    return np.fromiter(rows.values_list("response_id", flat=True), dtype=np.int64)


def state_of(wave: Wave, asof: Hashable = None) -> str:
    """Another one whenever answers, pairs or the closing of the wave are others. ``asof``: the
    version, where what it says of the answers may be kept; looked at anew without.
    """
    told, leaves = _sums_of(wave) if asof is None else kept(
        ("sums", wave.pk, asof), lambda: _sums_of(wave)
    )  # fmt: skip
    pairs = list(pairs_of(wave.survey).filter(retired_at=None).values_list("pk", flat=True))
    content = [told, leaves, pairs, wave.closed_at, wave.closes_on]
    return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()


def _sums_of(wave: Wave) -> tuple[list[Any], list[Any]]:
    told = handed_in(wave).aggregate(
        n=Count("pk"), last=Max("pk"), at=Max("submitted_at"),
        **{name: Sum(name) for name in OUTCOMES},
    )  # fmt: skip
    leaves = handed_in(wave).order_by().values_list("leaf").annotate(n=Count("pk"))
    return sorted(told.items()), sorted(leaves)


def is_closed(wave: Wave, today: date) -> bool:
    """Whether no more answers are expected."""
    return wave.closed_at is not None or (wave.closes_on is not None and wave.closes_on < today)


def rounds_of(wave: Wave) -> QuerySet[Round]:
    return Round.objects.filter(wave=wave).order_by("-at", "-pk")


def verdicts_of(judged: Round) -> list[Verdict]:
    return list(judged.verdicts.select_related("pair"))


def history_of(survey: Survey, key: str) -> list[Verdict]:
    """What a pair said in every asking of the survey, the newest first."""
    rows = Verdict.objects.filter(round__wave__survey=survey, pair_key=key)
    return list(rows.select_related("round__wave").order_by("-round__at", "pk"))


def chain_broken_at() -> int | None:
    """The first registered pair that is not as it was written down; None when all are."""
    pairs = list(Pair.objects.order_by("number"))
    broken = broken_at(pairs)
    changed = (pair.number for pair in pairs if not _as_written(pair))
    return broken if broken is not None else next(changed, None)


def _as_written(pair: Pair) -> bool:
    told = json.loads(pair.content)
    return bool((told["one"], told["other"], told["name"]) == (pair.one, pair.other, pair.name))


def responses_of(wave: Wave, side: Side) -> QuerySet[Response]:
    """Handed-in answers of one side, those who said most in favour first; none of an anonymous
    wave where fewer than five would be told.
    """
    rows = handed_in(wave).filter(leaf__in=side.leaves)
    if side.field in NAMED:
        rows = rows.filter(chosen__meaning=side.field, chosen__value=side.value)
    elif side.field:
        rows = rows.filter(pk__in=_of_group(wave, side))
    if wave.is_anonymous and rows.count() < FEWEST_SHOWN:
        return rows.none()
    return rows.select_related("account", "person").order_by("-intent", "-submitted_on", "pk")


def _of_group(wave: Wave, side: Side) -> list[int]:
    columns = answers_of(wave, version(wave))
    question = Question("", side, Side(()))
    return [int(pk) for pk in columns.ids[columns_of(wave, [question]).who[side]]]


def named_counts(wave: Wave, side: Side, meaning: str) -> list[tuple[str, int]]:
    """How many of a side named each thing, the most often named first."""
    rows = ResponseChoice.objects.filter(response__in=responses_of(wave, side).order_by())
    found = rows.filter(meaning=meaning).values_list("value").annotate(n=Count("pk"))
    return sorted(found, key=lambda row: (-row[1], row[0]))


def labels_of(wave: Wave, meaning: str, language: str) -> dict[str, str]:
    """What the choices of a question are called; what people wrote themselves is left as it is."""
    question = definition_of(wave.version).meaning(meaning)
    if question is None:
        return {}
    return {one.value: words(one.label, language) for one in question.choices}


def comment_keys(wave: Wave) -> list[str]:
    """The questions that people answer in their own words."""
    found = definition_of(wave.version).questions
    return [one.key for one in found if one.meaning == "comment"]
