from __future__ import annotations

from datetime import timedelta

from banso.measure.revenue.reads import book
from banso.prove.worth.comparing import came
from banso.prove.worth.reads import JOB, due_scenarios, subject
from banso.prove.worth.writes import keep_outcome
from banso.shared import clock
from banso.shared.journal.registry import LONG, job
from banso.shared.users.reads import organisation


@job(JOB, every=timedelta(days=1), lane=LONG)
def compare_scenarios() -> None:
    """Hold every scenario whose day has come against what came.

    Each is kept in a transaction of its own; a run that dies goes on with those that are left.
    """
    found = book()
    for scenario in due_scenarios(clock.today(organisation().time_zone)):
        if found is not None:
            figures = came(scenario, found, subject(scenario.metric_key))
            keep_outcome(scenario, figures=figures)
