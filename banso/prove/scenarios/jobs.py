from __future__ import annotations

from datetime import timedelta

from banso.prove.scenarios.comparing import came
from banso.prove.scenarios.gathering import today_here
from banso.prove.scenarios.reads import JOB, due_what_ifs
from banso.prove.scenarios.writes import keep_what_came
from banso.shared.journal.registry import LONG, job


@job(JOB, every=timedelta(days=1), lane=LONG)
def compare_what_ifs() -> None:
    """Hold every what-if whose day has come against what came.

    Each is kept in a transaction of its own; a run that dies goes on with those that are left.
    """
    for what_if in due_what_ifs(today_here()):
        keep_what_came(what_if=what_if, figures=came(what_if))
