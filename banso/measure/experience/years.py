"""The same question year by year: which years ask the same, how it changed, and how much of that is
who answered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from banso.listen.surveys.definition import Question, fingerprint
from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Wave
from banso.listen.surveys.reads import definition_of
from banso.measure.experience.answers import Answers, Bools, Floats, answers_of, kept
from banso.measure.experience.columns import NONE, Ints
from banso.measure.experience.result import Found, under
from banso.measure.experience.rules import BRANCHES, CONSULTED, TOP_TWO, TROUBLE
from banso.measure.experience.segments import SIZE, segment_fields, use_case_field
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.experience_tree import mean, recommendation, share
from banso.prove.engine.numbering import numbered
from banso.prove.engine.year_change import (
    Split,
    Year,
    composition_and_within,
    matched_change,
    standardised_change,
    year_change,
)

MOST_WAVES, FEWEST_IN_A_STRATUM = 8, 5
PROMOTER, PASSIVE = 9, 7


@dataclass(frozen=True)
class Followed:
    """A figure followed over the years: the meanings whose questions must stay the same, who is
    asked (None: everybody who said it), and its value of each answer.
    """

    key: str
    meanings: tuple[str, ...]
    who: Callable[[Answers], Bools]
    value: Callable[[Answers], Floats]
    kind: str


def _votes(answers: Answers) -> Floats:
    given = answers.recommend
    return (given >= PROMOTER).astype(np.float64) - (given < PASSIVE)


def _in(key: str) -> Callable[[Answers], Bools]:
    return lambda answers: under(answers, BRANCHES[key])


def _well(answers: Answers) -> Floats:
    return np.isin(answers.leaf, [LEAVES.index("above"), LEAVES.index("at")]).astype(np.float64)


def _answered(answers: Answers) -> Bools:
    places = [LEAVES.index(leaf) for leaf in ("above", "at", "below")]
    return np.asarray(np.isin(answers.leaf, places))


FOLLOWED = (
    Followed("intent", ("intent",), lambda a: a.intent != NONE,
             lambda a: (a.intent >= TOP_TWO).astype(np.float64), "share"),
    Followed("recommend", ("recommend",), lambda a: a.recommend != NONE, _votes, "score"),
    Followed("satisfaction", ("satisfaction",), lambda a: a.satisfaction != NONE,
             lambda a: a.satisfaction.astype(np.float64), "mean"),
    Followed("trouble", ("trouble",), lambda a: a.leaf != NONE,
             lambda a: _in(TROUBLE)(a).astype(np.float64), "share"),
    Followed("consulted", ("trouble", "consulted"), _in(TROUBLE),
             lambda a: _in(CONSULTED)(a).astype(np.float64), "share"),
    Followed("answer", ("trouble", "consulted", "answer"), _answered, _well, "share"),
)  # fmt: skip


@dataclass(frozen=True)
class OfYear:
    """One year of a figure. ``differs``: why it cannot be set beside the newest asking ("" when it
    can): "not_asked", "other_words", "other_choices", "other_scale".
    """

    wave: Wave
    found: Found
    differs: str


@dataclass(frozen=True)
class Step:
    """From one comparable year to the next. ``same_mix``: with the mix of the first one's answers;
    ``matched``: people who answered both times; ``new``: the later year of those who did not.
    """

    before: Wave
    after: Wave
    change: Found
    same_mix: Found
    split: Split | NoAnswer
    matched: Found
    new: Found


@dataclass(frozen=True)
class Course:
    followed: Followed
    years: list[OfYear]
    steps: list[Step]


def courses(waves: Sequence[Wave], asof: Hashable) -> list[Course]:
    """Each figure over the waves, oldest first; those of which no wave asks are left out."""
    last = sorted(waves, key=lambda one: (one.opens_on, one.pk))[-MOST_WAVES:]
    key = ("courses", tuple(one.pk for one in last), asof)
    made = kept(key, lambda: [_course(one, last, asof) for one in FOLLOWED])
    return [one for one in made if any(isinstance(y.found, Answer) for y in one.years)]


def _course(followed: Followed, waves: Sequence[Wave], asof: Hashable) -> Course:
    asked = [_questions(wave, followed) for wave in waves]
    newest = next((one for one in reversed(asked) if one), None)
    years = [
        OfYear(wave, _figure(followed, answers_of(wave, asof)), _differs(one, newest))
        for wave, one in zip(waves, asked, strict=True)
    ]
    same = [one.wave for one in years if not one.differs]
    return Course(followed, years, [_step(followed, a, b, asof) for a, b in pairwise(same)])


def _questions(wave: Wave, followed: Followed) -> list[Question] | None:
    definition = definition_of(wave.version)
    found = [definition.meaning(meaning) for meaning in followed.meanings]
    there = [one for one in found if one is not None]
    return there if len(there) == len(found) else None


def _differs(ours: list[Question] | None, newest: list[Question] | None) -> str:
    if ours is None or newest is None:
        return "not_asked"
    for one, other in zip(ours, newest, strict=True):
        if fingerprint(one) == fingerprint(other):
            continue
        if (one.low, one.high) != (other.low, other.high):
            return "other_scale"
        if [c.value for c in one.choices] != [c.value for c in other.choices]:
            return "other_choices"
        return "other_words"
    return ""


def _figure(followed: Followed, answers: Answers) -> Found:
    mine = answers.only(followed.who(answers))
    if followed.kind == "score":
        return recommendation(mine.recommend, mine.people())
    figure = share if followed.kind == "share" else mean
    return figure(followed.value(mine), mine.people())


def _step(followed: Followed, before: Wave, after: Wave, asof: Hashable) -> Step:
    pair = [answers_of(wave, asof) for wave in (before, after)]
    whole = kept(("pair", before.pk, after.pk, asof), lambda: _codes(pair, after, asof))
    asked = [followed.who(answers) for answers in pair]
    first, second = (one.only(mine) for one, mine in zip(pair, asked, strict=True))
    if not first.n or not second.n:
        nothing = NoAnswer("too_few_people", {"people": 0, "people_needed": 10})
        return Step(before, after, nothing, nothing, nothing, nothing, nothing)
    codes = [one.only(mine) for one, mine in zip(whole, asked, strict=True)]
    years = _years(followed, (first, second), codes)
    tied = first.tied and second.tied
    unknown = NoAnswer("anonymous")
    again = np.isin(second.person, first.person[first.person != NONE])
    fresh = second.only(~again)
    return Step(
        before,
        after,
        year_change(*years),
        standardised_change(*years) if tied else unknown,
        composition_and_within(*years) if tied else unknown,
        _matched(followed, (first, second), codes) if tied else unknown,
        _figure(followed, fresh) if tied else unknown,
    )


@dataclass(frozen=True)
class Codes:
    """Of each answer of a year, numbered as in the other one: its account, its stratum (size × use
    case), and its person at a customer (-1 where nobody knows who it was).
    """

    account: Ints
    stratum: Ints
    who: Ints

    def only(self, chosen: Bools) -> Codes:
        return Codes(self.account[chosen], self.stratum[chosen], self.who[chosen])


def _codes(pair: Sequence[Answers], after: Wave, asof: Hashable) -> list[Codes]:
    """Kept for all figures of the pair."""
    persons, places = numbered(np.concatenate([one.person for one in pair]))
    at_customer = numbered(np.concatenate([one.account for one in pair]))[1]
    who = numbered(at_customer * len(persons) + places)[1]
    who = np.where(persons[places] == NONE, NONE, who)
    alone = [np.where(one.account == NONE, -2 - one.ids, one.account) for one in pair]
    account = numbered(np.concatenate(alone))[1]
    fields = segment_fields(after.opens_on)
    sizes, uses = (f.groups(asof) for f in (fields[SIZE], use_case_field(fields)))
    whose = np.concatenate([one.account for one in pair])
    stratum = len(uses.levels) * sizes.coded(whose) + uses.coded(whose)
    columns = (np.split(one, [pair[0].n]) for one in (account, stratum, who))
    return [Codes(*of_year) for of_year in zip(*columns, strict=True)]


def _years(
    followed: Followed, pair: Sequence[Answers], codes: Sequence[Codes]
) -> tuple[Year, Year]:
    """Both years with the strata that are large enough in both."""
    strata = _large_enough(np.concatenate([one.stratum for one in codes]), pair[0].n)
    first, second = (
        Year(followed.value(one), of_year.account, stratum)
        for one, of_year, stratum in zip(pair, codes, np.split(strata, [pair[0].n]), strict=True)
    )
    return first, second


def _large_enough(codes: Ints, cut: int) -> Ints:
    """Strata of fewer than five in either year are taken together."""
    size = int(codes.max()) + 1
    fewest = np.minimum(*(np.bincount(part, minlength=size) for part in (codes[:cut], codes[cut:])))
    return np.where(fewest[codes] < FEWEST_IN_A_STRATUM, size, codes)


def _matched(followed: Followed, pair: Sequence[Answers], codes: Sequence[Codes]) -> Found:
    """The change of people who answered both times for the same customer."""
    (ours, first), (theirs, second) = (_last(one.who) for one in codes)
    first, second = first[np.isin(ours, theirs)], second[np.isin(theirs, ours)]
    if not len(first):
        return NoAnswer("too_few_people", {"people": 0, "people_needed": 10})
    before, after = (followed.value(one) for one in pair)
    return matched_change(before[first], after[second], pair[0].account[first])


def _last(who: Ints) -> tuple[Ints, Ints]:
    """Who is known, in order, and the place of the last answer of each."""
    known = np.flatnonzero(who != NONE)
    order = known[np.argsort(who[known], kind="stable")]
    there = who[order]
    last = np.ones(len(there), dtype=bool)
    last[:-1] = there[1:] != there[:-1]
    return there[last], order[last]
