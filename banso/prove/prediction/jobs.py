from __future__ import annotations

from datetime import date

import pyarrow as pa

from banso.measure.health.reads import borders_in_force, every_score, rescored
from banso.prove.prediction.checking import checked
from banso.prove.prediction.comparing import changes, compared
from banso.prove.prediction.models import Alternative
from banso.prove.prediction.readings import Decided, decided
from banso.prove.prediction.reads import COMPARE, JOB, latest_check, latest_comparison
from banso.prove.prediction.watching import closed_quarters, held_against
from banso.prove.prediction.writes import keep_check, keep_comparison, keep_quarter, renew_changes
from banso.prove.studies.rules import fingerprint
from banso.shared import clock
from banso.shared.journal.registry import LONG, job
from banso.shared.users.reads import organisation


@job(JOB, lane=LONG)
def check_score() -> None:
    """Hold the score against the renewals; the same data and weights are not looked at again."""
    home = organisation()
    found = decided(clock.today(home.time_zone))
    if found is None:
        return
    digest = digest_of(found)
    last = latest_check()
    if last is None or last.digest != digest:
        keep_check(data_cut=found.data_cut, digest=digest, numbers=checked(found).as_json())
    judge_quarters(found, first_month=home.fiscal_year_start)


def judge_quarters(found: Decided, *, first_month: int) -> None:
    """Judge the quarters that have closed; those that were judged are left as they are."""
    quarters = closed_quarters(found.data_cut, first_month=first_month)
    for quarter in quarters:
        numbers = held_against(found, quarter)
        if numbers.get("reason") != "no_decisions":
            newest = quarter == quarters[-1]
            keep_quarter(start=quarter.start, end=quarter.end, numbers=numbers, tell=newest)


@job(COMPARE, lane=LONG)
def compare_alternative(alternative: int) -> None:
    """Hold an alternative beside the score in force; the same data are not looked at twice, only

    who would be called otherwise today.
    """
    asked = Alternative.objects.filter(pk=alternative, removed_at=None).first()
    today = clock.today(organisation().time_zone)
    current = decided(today)
    if asked is None or current is None:
        return
    other = decided(today, asked.lines, asked.borders)
    if other is None:
        return
    digest = fingerprint([digest_of(current), digest_of(other)])
    moved = changes(rescored(asked.lines, every_score()), borders_in_force(), asked.borders)
    last = latest_comparison(asked)
    if last is not None and last.digest == digest:
        renew_changes(comparison=last, changes=moved)
        return
    written_on: date = asked.at.date()
    keep_comparison(
        alternative=asked, data_cut=current.data_cut, digest=digest,
        numbers=compared(current, other, written_on=written_on).as_json(),
        changes=moved,
    )  # fmt: skip


def digest_of(found: Decided) -> str:
    """What a check of these decisions rests on."""
    rows = pa.table(
        {"account": found.account, "on": found.decided_on, "lost": found.not_renewed}
        | {line.key: found.points[:, n] for n, line in enumerate(found.lines)}
    )
    borders = [found.borders.good, found.borders.watch]
    return fingerprint([found.lines, found.data_cut, borders, rows])
