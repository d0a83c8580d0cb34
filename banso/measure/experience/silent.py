"""Those who answered and those who kept silent: rates, weights, bounds, what is known of both."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.db.models import Count, Q

from banso.know.accounts.models import Account
from banso.listen.invitations.models import Invitation, State
from banso.listen.surveys.models import Wave
from banso.measure.experience.answers import (
    Answers,
    Bools,
    Customers,
    Floats,
    answers_of,
    customers_on,
    kept,
)
from banso.measure.experience.columns import EPOCH, NONE, Ints, dates, table
from banso.measure.experience.result import Found
from banso.measure.experience.rules import TOP_TWO
from banso.measure.experience.segments import (
    SIZE,
    USAGE,
    Names,
    SegmentField,
    in_order,
    use_case_field,
)
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.experience_tree import mean, recommendation, share
from banso.prove.engine.nonresponse import Stratum, bounds, effective_n, poststratified
from banso.prove.engine.proportions import Interval, difference, rate
from banso.prove.engine.raking import Margin, Raked, rake
from banso.prove.engine.tipping_point import Tipping, tipping_point
from banso.shared import clock

FEWEST_OF_A_KIND = 5
A_YEAR = 365


@dataclass(frozen=True)
class RateOf:
    """How many of a group's customers answered."""

    group: str
    answered: int
    population: int
    rate: Found


@dataclass(frozen=True)
class Side:
    """One figure as answered (customers counting alike) and weighted."""

    key: str
    raw: Found
    weighted: Found


@dataclass(frozen=True)
class Known:
    """Something known of everybody: median of those who answered and of the silent, and their
    standardised difference (None where it cannot be had).
    """

    key: str
    answered: float
    silent: float
    difference: float | None


@dataclass(frozen=True)
class Silent:
    answered: int
    population: int
    by: dict[str, list[RateOf]]
    raked: Raked | NoAnswer
    sides: list[Side]
    post: float | NoAnswer
    post_n: float | NoAnswer
    limits: Interval | NoAnswer
    positive: float | None
    known: list[Known]
    stayed: tuple[Found, Found, Found]
    until: date


def silent_of(wave: Wave, fields: Mapping[str, SegmentField], asof: Hashable) -> Silent:
    """Kept until answers or customers change."""
    return kept(("silent", wave.pk, clock.today(), asof), lambda: _silent(wave, fields, asof))


def _silent(wave: Wave, fields: Mapping[str, SegmentField], asof: Hashable) -> Silent:
    every = answers_of(wave, asof)
    customers = customers_on(wave.opens_on, asof)
    answers = every.only(np.isin(every.account, customers.ids))
    answered = np.isin(customers.ids, answers.account)
    chosen = [fields[SIZE], use_case_field(fields), fields[USAGE]]
    groups = {one.key: one.groups(asof).at(customers.ids) for one in chosen}
    raked, weight = _raked(answers, customers, answered, list(groups.values()))
    until = min(clock.today(), wave.opens_on + timedelta(A_YEAR))
    happy = _happy(answers, customers.ids)
    strata = _strata(groups[SIZE], answered, happy)
    return Silent(
        answered=int(answered.sum()),
        population=len(customers.ids),
        by={one.key: _rates(one, groups[one.key], answered) for one in chosen},
        raked=raked,
        sides=_sides(answers, weight),
        post=poststratified(strata),
        post_n=effective_n(strata),
        limits=bounds(strata),
        positive=float(happy[answered].mean()) if answered.any() else None,
        known=_known(wave, customers, answered),
        stayed=_stayed(customers, answered, until, asof),
        until=until,
    )


@dataclass(frozen=True)
class Invited:
    """People and customers that were sent an invitation, and the people who answered it."""

    people: int
    accounts: int
    answered: int


def invited(wave: Wave) -> Invited | None:
    """None for a wave that nobody was invited to, a public link or a file."""
    sent = Invitation.objects.filter(wave=wave).exclude(state=State.LEFT_OUT)
    told = sent.aggregate(
        people=Count("pk"),
        accounts=Count("account", distinct=True),
        answered=Count("pk", filter=Q(has_answered=True)),
    )
    return Invited(**told) if told["people"] else None


def rates_by(wave: Wave, field: SegmentField, asof: Hashable) -> list[RateOf]:
    """The response rate of each group of a field."""

    def made() -> list[RateOf]:
        customers = customers_on(wave.opens_on, asof)
        answered = np.isin(customers.ids, answers_of(wave, asof).account)
        return _rates(field, field.groups(asof).at(customers.ids), answered)

    return kept(("rates", wave.pk, field.key, asof), made)


def _rates(field: SegmentField, groups: Names, answered: Bools) -> list[RateOf]:
    found = []
    for name in in_order(field, sorted(set(groups.tolist()))):
        here = groups == name
        x, n = int((here & answered).sum()), int(here.sum())
        found.append(RateOf(str(name), x, n, rate(x, n)))
    return found


def _happy(answers: Answers, ids: Ints) -> Bools:
    """Of each customer, whether at least half of its people who said so intend to continue."""
    said = answers.only(answers.intent != NONE)
    place = np.searchsorted(ids, said.account)
    top = np.bincount(place, weights=said.intent >= TOP_TWO, minlength=len(ids))
    counts = np.bincount(place, minlength=len(ids))
    return np.asarray((counts > 0) & (top >= counts / 2))


def _strata(groups: Names, answered: Bools, happy: Bools) -> list[Stratum]:
    """By company size; a size in which fewer than five answered is joined with the others of that
    kind.
    """
    codes = _joined(groups, answered)
    return [
        Stratum(int(here.sum()), int((here & answered).sum()), int((here & happy).sum()))
        for here in (codes == code for code in np.unique(codes))
    ]


def _joined(groups: Names, answered: Bools) -> Ints:
    """Numbers for groups, those with few answers joined into one."""
    codes = np.unique(groups.astype(str), return_inverse=True)[1].reshape(-1).astype(np.int64)
    there = np.bincount(codes, weights=answered)
    few = there < FEWEST_OF_A_KIND
    if few.any() and there[few].sum() < FEWEST_OF_A_KIND and not few.all():
        few |= there == there[~few].min()  # the smallest of the others takes them in
    return np.unique(np.where(few[codes], -1, codes), return_inverse=True)[1].reshape(-1)


def _raked(
    answers: Answers, customers: Customers, answered: Bools, groups: Sequence[Names]
) -> tuple[Raked | NoAnswer, Floats | None]:
    """Weights of customers, and of their answers."""
    margins = []
    for one in groups:
        codes = _joined(one, answered)
        margins.append(Margin(codes[answered], np.bincount(codes).astype(np.float64)))
    raked = rake(margins)
    if isinstance(raked, NoAnswer):
        return raked, None
    place = np.searchsorted(customers.ids[answered], answers.account)
    return raked, raked.weights[place] * answers.per_account()


def _sides(answers: Answers, weight: Floats | None) -> list[Side]:
    each = answers.per_account()
    measures = (
        ("intent", answers.intent, lambda x, p: share(x >= TOP_TWO, p)),
        ("satisfaction", answers.satisfaction, mean),
        ("recommend", answers.recommend, recommendation),
    )
    found = []
    for key, values, figure in measures:
        said = values != NONE
        raw, weighted = (
            NoAnswer("not_weighted")
            if w is None
            else figure(values[said], answers.only(said).people(w[said]))
            for w in (each, weight)
        )
        found.append(Side(key, raw, weighted))
    return found


def tipping(seen: Silent, threshold: float) -> Tipping | NoAnswer:
    """How far the silent must lie apart for the share of all to fall below a threshold."""
    if seen.positive is None or not 0 < seen.answered <= seen.population:
        return NoAnswer("no_answers")
    return tipping_point(seen.positive, seen.answered, seen.population, threshold)


def _known(wave: Wave, customers: Customers, answered: Bools) -> list[Known]:
    accounts = Account.objects.all()
    pks, employees = table(accounts, "pk", "employees", empty=0)
    began_of, began = dates(accounts, "signed_up_on")
    sizes = _at(customers.ids, pks[employees > 0], employees[employees > 0])
    days = (wave.opens_on - EPOCH).days - _at(customers.ids, began_of, began)
    mrr = np.where(customers.mrr > 0, customers.mrr, np.nan)
    columns = {"employees": sizes, "mrr": mrr, "months": days / 30.4375}
    made = (_compared(key, values, answered) for key, values in columns.items())
    return [one for one in made if one is not None]


def _at(ids: Ints, known: Ints, values: Ints) -> Floats:
    """The value of each, NaN where none is known."""
    found = np.full(len(ids), np.nan)
    place = np.clip(np.searchsorted(ids, known), 0, max(0, len(ids) - 1))
    there = ids[place] == known if len(ids) else np.zeros(len(known), dtype=bool)
    found[place[there]] = values[there]
    return found


def _compared(key: str, values: Floats, answered: Bools) -> Known | None:
    ours, theirs = (values[side & np.isfinite(values)] for side in (answered, ~answered))
    if len(ours) < FEWEST_OF_A_KIND or len(theirs) < FEWEST_OF_A_KIND:
        return None
    spread = float(np.sqrt((ours.var() + theirs.var()) / 2))
    gap = float(ours.mean() - theirs.mean())
    return Known(
        key,
        float(np.median(ours)),
        float(np.median(theirs)),
        gap / spread if spread > 0 else None,
    )


def _stayed(
    customers: Customers, answered: Bools, until: date, asof: Hashable
) -> tuple[Found, Found, Found]:
    """Share of those who answered, and of the silent, that were customers still; their gap."""
    later = np.isin(customers.ids, customers_on(until, asof).ids)
    if not customers.known:
        return (NoAnswer("no_contracts"),) * 3
    x1, n1 = int((later & answered).sum()), int(answered.sum())
    x2, n2 = int((later & ~answered).sum()), int((~answered).sum())
    return rate(x1, n1), rate(x2, n2), difference(x1, n1, x2, n2)
