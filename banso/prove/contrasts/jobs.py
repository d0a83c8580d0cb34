from __future__ import annotations

from datetime import timedelta

import numpy as np

from banso.listen.surveys.models import Wave
from banso.measure.experience.reads import waves
from banso.prove.contrasts.judging import judged
from banso.prove.contrasts.models import Round
from banso.prove.contrasts.reads import asked_of, columns_of, is_closed, rounds_of, state_of
from banso.prove.contrasts.writes import keep_round
from banso.shared import clock
from banso.shared.journal.registry import LONG, job
from banso.shared.users.reads import organisation

JOB = "contrasts.judge"


@job(JOB, every=timedelta(minutes=10), lane=LONG)
def judge_waves() -> None:
    """Judge the pairs of every wave whose answers or pairs are others than the last time.

    Each wave is kept in a transaction of its own: a run that dies goes on with those left.
    """
    for wave in waves():
        judge(wave)


def judge(wave: Wave) -> Round | None:
    """The newest round of a wave, made where there is none for its answers; None without any."""
    state, closed = state_of(wave), is_closed(wave, clock.today(organisation().time_zone))
    latest = rounds_of(wave).first()
    if latest is not None and (latest.state, latest.is_final) == (state, closed):
        return latest
    asked = asked_of(wave)
    columns = columns_of(wave, [question for question, _kind in asked])
    known = columns.leaf >= 0
    if not known.any():
        return latest
    return keep_round(
        wave=wave, state=state, n=int(known.sum()),
        accounts=len(np.unique(columns.account[known])), is_final=closed,
        judged=judged(columns, asked),
    )  # fmt: skip
