from __future__ import annotations

from datetime import timedelta

from banso.prove.hypotheses.behind import keep_rows
from banso.prove.hypotheses.checking import check_together
from banso.prove.hypotheses.measuring import gather
from banso.prove.hypotheses.reads import JOB, any_due, open_hypotheses
from banso.prove.hypotheses.writes import keep_checks, take_readings
from banso.shared import clock
from banso.shared.journal.registry import LONG, job
from banso.shared.users.reads import organisation


@job(JOB, every=timedelta(days=1), lane=LONG)
def check_hypotheses(asked: bool = False) -> None:
    """Check all open hypotheses together when one is due or somebody asks.

    A second run finds the decisions of the first used up, and keeps nothing twice.
    """
    today = clock.today(organisation().time_zone)
    take_readings()
    if not asked and not any_due(today):
        return
    hypotheses = open_hypotheses()
    gathered = gather(hypotheses, today=today) if hypotheses else None
    if gathered is None:
        return
    checked = check_together(hypotheses, gathered, today=today)
    kept = {check.hypothesis_id for check in keep_checks(checked, today=today, asked=asked)}
    for each in checked:
        if each.hypothesis.pk in kept:
            keep_rows(each.hypothesis.pk, each.rows())
