from __future__ import annotations

from datetime import date, timedelta

from banso.know.subscriptions.reads import last_known_day
from banso.prove.effects.answering import Told, renewal_answer
from banso.prove.effects.gathering import gather
from banso.prove.effects.holdouts import decided, due_look, look_answer, look_hash
from banso.prove.effects.kept_rows import drop_rows, keep_rows, renewal_rows
from banso.prove.effects.metric_holdouts import (
    measured_groups,
    metric_hash,
    metric_look,
    metric_look_due,
)
from banso.prove.effects.models import Goal, HoldOut, Measure, MeasureState, Result
from banso.prove.effects.panel import Panel, behind, gather_panel, metric_answer
from banso.prove.effects.reads import (
    JOB,
    finished_results,
    latest_result,
    measures,
    running_measures,
)
from banso.prove.effects.writes import (
    ask_for_result,
    begin_result,
    confirm_result,
    fail_result,
    finish_result,
    reach_step,
)
from banso.prove.studies.gathering import code_version
from banso.shared import clock
from banso.shared.journal.registry import LONG, job
from banso.shared.users.reads import organisation

AGAIN_AFTER = timedelta(days=7)
RESULTS_WITH_ROWS = 5


@job(JOB, lane=LONG)
def compute(measure: int) -> None:
    """Answer one measure; on the same data a second call only confirms the first."""
    asked = measures().filter(pk=measure, state=MeasureState.RUNNING).first()
    if asked is None:
        return
    today = clock.today(organisation().time_zone)
    if asked.is_holdout:
        _look(asked, today)
        return
    result = begin_result(measure=asked)
    try:
        _observe(asked, result, today)
    except Exception as error:
        fail_result(result=result, error=f"{type(error).__name__}: {error}")
        raise


@job("effects.due", every=timedelta(days=1))
def ask_for_due() -> None:
    """Answer again once a week, and look at hold-outs on their planned days."""
    now = clock.now()
    today = clock.today(organisation().time_zone)
    cut = last_known_day(today)
    for measure in running_measures():
        if measure.is_holdout:
            if _is_due(measure.holdout, today, cut):
                ask_for_result(by=None, measure=measure)
            continue
        last = latest_result(measure)
        if last is None or not last.confirmed_at or now - last.confirmed_at >= AGAIN_AFTER:
            ask_for_result(by=None, measure=measure)


def _observe(measure: Measure, result: Result, today: date) -> None:
    """Gather, and compare unless the same data were compared before."""
    reach_step(result=result, step="gathering")
    by_metric = measure.goal == Goal.METRIC
    found = (gather_panel if by_metric else gather)(measure, today=today)
    if found is None:
        reason = "no_usage" if by_metric else "no_contracts"
        _finish(result, _nothing(reason), data_cut=None, data_hash="")
        return
    data_hash = f"{found.data_hash[:40]}-{code_version()}"
    if _same(measure, result, data_hash):
        return
    reach_step(result=result, step="comparing")
    if isinstance(found, Panel):
        told, rows = metric_answer(measure, found), behind(found)
    else:
        told = renewal_answer(measure, found, today=today)
        rows = renewal_rows(found, told.weights)
    keep_rows(result.pk, rows)
    _finish(result, told, data_cut=found.data_cut, data_hash=data_hash)
    _drop_old_rows(measure)


def _drop_old_rows(measure: Measure) -> None:
    done = [kept.pk for kept in finished_results(measure)]
    drop_rows(done[RESULTS_WITH_ROWS : RESULTS_WITH_ROWS + 20])


def _is_due(holdout: HoldOut, today: date, cut: date | None) -> bool:
    if holdout.measure.goal != Goal.METRIC:
        return due_look(holdout, today=today, data_cut=cut) is not None
    done = latest_result(holdout.measure) is not None
    return not done and metric_look_due(holdout, today=today)


def _look_at_metric(measure: Measure, today: date) -> None:
    """The one look at a metric, on its day."""
    found = measured_groups(measure.holdout) if _is_due(measure.holdout, today, None) else None
    if found is None:
        return
    result = begin_result(measure=measure, look=1)
    try:
        told = metric_look(measure.holdout, found, measure)
        data_hash = metric_hash(measure.holdout, found)
        _finish(result, told, data_cut=found.data_cut, data_hash=data_hash)
    except Exception as error:
        fail_result(result=result, error=f"{type(error).__name__}: {error}")
        raise


def _look(measure: Measure, today: date) -> None:
    """The planned look that is due, if one is; between looks nothing is computed."""
    if measure.goal == Goal.METRIC:
        _look_at_metric(measure, today)
        return
    number = due_look(measure.holdout, today=today, data_cut=last_known_day(today))
    found = decided(measure.holdout, today=today) if number is not None else None
    if number is None or found is None:
        return
    result = begin_result(measure=measure, look=number)
    try:
        told = look_answer(measure.holdout, number, found, measure.meaningful)
        data_hash = look_hash(measure.holdout, number, found)
        _finish(result, told, data_cut=found.data_cut, data_hash=data_hash)
    except Exception as error:
        fail_result(result=result, error=f"{type(error).__name__}: {error}")
        raise


def _same(measure: Measure, result: Result, data_hash: str) -> bool:
    before = latest_result(measure)
    if before is None or before.data_hash != data_hash:
        return False
    confirm_result(result=result, confirmed=before)
    return True


def _nothing(reason: str) -> Told:
    return Told("refused", "L0", {"answer": {"reason": reason, "needs": {}}})


def _finish(result: Result, told: Told, *, data_cut: date | None, data_hash: str) -> None:
    finish_result(
        result=result, verdict=told.verdict, level=told.level, numbers=told.numbers,
        settings=told.settings, expected_by=told.expected_by, data_cut=data_cut,
        data_hash=data_hash, code_version=code_version(),
    )  # fmt: skip
