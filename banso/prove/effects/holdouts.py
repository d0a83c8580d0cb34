"""A random hold-out from its draw to its last planned look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_hex
from typing import Any

import numpy as np
from django.db.models import Q

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.reads import decisions_at_stake, last_known_day
from banso.know.subscriptions.rules import GRACE_DAYS
from banso.prove.effects.answering import Told, answer_told
from banso.prove.effects.gathering import open_decisions
from banso.prove.effects.models import Assigned, HoldOut, Verdict
from banso.prove.effects.reads import finished_results
from banso.prove.effects.rules import (
    MONTHLY_FOLLOWED_DAYS,
    PlannedLook,
    judged,
    planned_looks,
    stratum_of,
)
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.holdout import (
    Arm,
    draw,
    intention_to_treat,
    sample_ratio,
    smallest_detectable,
    units_needed,
    z_statistic,
)
from banso.prove.engine.normal import two_sided_p
from banso.prove.engine.sequential import bounds, plan
from banso.prove.engine.strata import Table, mantel_haenszel
from banso.prove.studies.rules import fingerprint

_EPOCH = date(1970, 1, 1)
MINIMUM_UNITS = 40
ENDING = (Verdict.BETTER, Verdict.WORSE, Verdict.REFUSED)
"""Verdicts after which an experiment is over, whatever looks were planned."""


@dataclass(frozen=True)
class Planned:
    """What is told before anything is drawn. smallest: the smallest rise of the renewal rate that

    will be seen in four of five such experiments; needed: customers for the rise hoped for.
    """

    strata: dict[int, str]
    base_rate: float | None
    base_n: int
    looks: list[PlannedLook]
    smallest: float | None
    needed: float | None

    @property
    def possible(self) -> bool:
        return len(self.strata) >= MINIMUM_UNITS and bool(self.looks)


def planned(*, segment: str, share: float, meaningful: float, today: date) -> Planned:
    """Customers whose next renewal lies ahead, in strata of size and quarter of renewal."""
    ahead = Account.objects.filter(next_renewal_on__gt=today)
    if segment:
        ahead = ahead.filter(segment=segment)
    rows = list(ahead.values_list("pk", "mrr_minor", "currency", "employees", "next_renewal_on"))
    money = len({currency for _, _, currency, _, _ in rows if currency}) <= 1
    sizes = {pk: (mrr if money else staff) for pk, mrr, _, staff, _ in rows}
    known = [float(size) for size in sizes.values() if size is not None]
    cuts = [float(q) for q in np.quantile(known, [1 / 3, 2 / 3])] if known else []
    strata = {pk: stratum_of(sizes[pk], cuts, renewal) for pk, _, _, _, renewal in rows}
    soon, monthly = today + timedelta(days=MONTHLY_FOLLOWED_DAYS), _monthly(today)
    due = [soon if row[0] in monthly else row[4] for row in rows if row[4]]
    looks = planned_looks(due, today=today, grace=GRACE_DAYS)
    base, n = _base_rate(today)
    smallest = needed = None
    if looks and base is not None and 0 < base < 1 and strata:
        price = plan([look.information for look in looks]).inflation
        smallest = smallest_detectable(base, len(strata), share, inflation=price)
        if base + meaningful < 1:
            needed = units_needed(base, meaningful, share, inflation=price)
    return Planned(strata, base, n, looks, smallest, needed)


def _monthly(today: date) -> set[int]:
    """Customers with a contract that is decided every month."""
    running = Subscription.objects.filter(is_trial=False, term_months=1, start__lte=today)
    running = running.filter(Q(end=None) | Q(end__gt=today))
    return set(running.values_list("account_id", flat=True))


def _base_rate(today: date) -> tuple[float | None, int]:
    """How many of the customers of a year ago renewed the next time, and of how many."""
    cut = last_known_day(today)
    if cut is None:
        return None, 0
    decisions = open_decisions(decisions_at_stake(data_cut=cut), cut)
    day = decisions.cut - 365
    which = decisions.open_on(day)
    lost, _by = decisions.outcome(which, np.full(len(which), day, dtype=np.int64))
    return (float(1 - lost.mean()), len(lost)) if len(lost) >= 10 else (None, len(lost))


def drawn(plan_of: Planned, share: float) -> tuple[str, frozenset[int]]:
    """A new key, and who is held out by it."""
    key = token_hex(32)
    return key, held_out_by(key, plan_of.strata, share)


def held_out_by(key: str, strata: dict[int, str], share: float) -> frozenset[int]:
    """The draw again: the same key and customers give the same groups."""
    units = {str(pk): stratum for pk, stratum in strata.items()}
    return frozenset(int(unit) for unit in draw(units, share=share, key=bytes.fromhex(key)))


@dataclass(frozen=True)
class Decided:
    """Decisions since the draw of those drawn, by group, and the day the contracts reach to.

    tables: for each stratum of the draw treated and held out, each renewed and lost.
    """

    treated: Arm
    held_out: Arm
    data_cut: date
    tables: tuple[Table, ...] = ()


def decided(holdout: HoldOut, *, today: date) -> Decided | None:
    """The decision of each customer that was open when the groups were drawn. Everybody stays in
    the group that was drawn, whatever was done.
    """
    cut = last_known_day(today)
    if cut is None:
        return None
    rows = Assigned.objects.filter(holdout=holdout)
    groups = dict(rows.values_list("account", "is_held_out"))
    strata = dict(rows.values_list("account", "stratum"))
    decisions = open_decisions(decisions_at_stake(data_cut=cut), cut)
    since = (holdout.drawn_at.date() - _EPOCH).days
    which = decisions.open_on(since)
    outcomes, _by = decisions.outcome(which, np.full(len(which), since, dtype=np.int64))
    accounts = decisions.account[which].tolist()
    lost = {pk: left for pk, left in zip(accounts, outcomes.tolist(), strict=True) if pk in groups}

    def arm(is_held_out: bool) -> Arm:
        mine = [left for pk, left in lost.items() if groups[pk] is is_held_out]
        return Arm(len(mine) - sum(mine), len(mine))

    tables: dict[str, list[float]] = {}
    for pk, left in lost.items():
        tables.setdefault(strata[pk], [0, 0, 0, 0])[2 * groups[pk] + left] += 1
    each = tuple((t[0], t[1], t[2], t[3]) for _name, t in sorted(tables.items()))
    return Decided(arm(False), arm(True), cut, each)


def due_look(holdout: HoldOut, *, today: date, data_cut: date | None) -> int | None:
    """The number (from 1) of the planned look whose day has come and whose data are there.

    A look that was missed is not made up for once a later one was taken.
    """
    results = finished_results(holdout.measure)
    if any(r.verdict in ENDING for r in results):
        return None
    last = max((result.look or 0 for result in results), default=0)
    for number, look in enumerate(holdout.looks, start=1):
        on = date.fromisoformat(look["on"])
        if number <= last or on > today:
            continue
        if data_cut is None or data_cut < on - timedelta(days=GRACE_DAYS):
            return None
        later = [n for n, other in enumerate(holdout.looks, start=1)
                 if n > number and date.fromisoformat(other["on"]) <= today]  # fmt: skip
        return max(later, default=number)
    return None


def look_answer(holdout: HoldOut, number: int, found: Decided, meaningful: float) -> Told:
    """What one planned look may say: the interval is as wide as its bound."""
    earlier = [float(r.numbers["information"]) for r in finished_results(holdout.measure)
               if r.look and r.look < number]  # fmt: skip
    n = found.treated.n + found.held_out.n
    final = number == len(holdout.looks)
    information = 1.0 if final else min(0.99, n / holdout.units)
    floor = max(earlier, default=0.0)
    information = max(information, floor + 0.005)
    looks = [*sorted(earlier), information]
    bound = bounds(looks)[-1]
    answer = intention_to_treat(found.treated, found.held_out, share=holdout.share, z=bound)
    statistic = z_statistic(found.treated, found.held_out)
    apart = isinstance(answer, Answer) and not answer.low <= 0 <= answer.high
    crossed = apart and statistic is not None and abs(statistic) >= bound
    numbers: dict[str, Any] = {
        "answer": answer_told(answer), "information": information, "bound": bound,
        "z": statistic, "crossed": crossed, "final": final, "look": number,
        "looks": len(holdout.looks),
        "stratified": _stratified(found, bound),
        "treated": {"n": found.treated.n, "renewed": found.treated.successes},
        "held_out": {"n": found.held_out.n, "renewed": found.held_out.successes},
        "sample_ratio_p": sample_ratio(found.held_out.n, found.treated.n, holdout.share).value,
    }  # fmt: skip
    told = Told(Verdict.UNCLEAR, "L0", numbers, {"share": holdout.share, "meaningful": meaningful})
    if isinstance(answer, NoAnswer):
        told.verdict = (
            Verdict.REFUSED if answer.reason == "sample_ratio_mismatch" else Verdict.UNCLEAR
        )
    elif crossed:
        told.verdict = Verdict.BETTER if answer.value > 0 else Verdict.WORSE
        told.level = "L4"
    elif final:
        said = judged(answer.low, answer.high, meaningful, design_level="L4")
        unclear = said.verdict in (Verdict.BETTER, Verdict.WORSE)
        told.verdict = Verdict.UNCLEAR if unclear else said.verdict
        told.level = "L0" if unclear else said.level
    return told


def _stratified(found: Decided, bound: float) -> dict[str, Any] | None:
    """The odds of renewal within the strata of the draw, with the limits of the look."""
    made = mantel_haenszel(found.tables, confidence=1 - two_sided_p(bound))
    return None if isinstance(made, NoAnswer) else answer_told(made.answer)


def look_hash(holdout: HoldOut, number: int, found: Decided) -> str:
    return fingerprint([holdout.pk, number, found.treated, found.held_out, found.data_cut])
