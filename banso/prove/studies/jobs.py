from __future__ import annotations

from dataclasses import asdict
from typing import Any

from banso.prove.studies.comparing import findings_of, take_levels
from banso.prove.studies.gathering import Gathered, code_version, gather, settings_told
from banso.prove.studies.kept_rows import drop_rows, keep_rows
from banso.prove.studies.metric_pages import pages_of
from banso.prove.studies.models import EvidenceRun
from banso.prove.studies.reads import JOB, latest_run, runs_without_need_of_rows
from banso.prove.studies.writes import (
    begin_run,
    confirm_run,
    fail_run,
    finish_run,
    reach_step,
)
from banso.shared import clock
from banso.shared.journal.registry import LONG, job
from banso.shared.users.reads import organisation


@job(JOB, lane=LONG)
def run_evidence() -> None:
    """Compare everything with renewal; a second call on the same data only confirms the first."""
    run = begin_run()
    try:
        _compute(run)
    except Exception as error:
        fail_run(run, error=f"{type(error).__name__}: {error}")
        raise


def _compute(run: EvidenceRun) -> None:
    reach_step(run, step="gathering")
    gathered = gather(today=clock.today(organisation().time_zone))
    if gathered is None:
        finish_run(run, findings=[])
        return
    data_hash, before = gathered.data_hash, latest_run()
    if before is not None and before.data_hash == data_hash:
        confirm_run(run, confirmed=before)
        return
    reach_step(run, step="comparing")
    findings, scan, metrics = findings_of(gathered)
    pages = pages_of(gathered, metrics)
    take_levels(findings, pages)
    parts = [(c.rows, c.candidates) for c in (gathered.metrics, gathered.attributes)]
    keep_rows(run.pk, gathered.decided.table, parts)
    finish_run(
        run,
        findings=findings,
        pages=pages,
        decisions=scan.n_rows,
        non_renewals=scan.n_events,
        accounts=scan.n_accounts,
        decisions_per_month=scan.decisions_per_month,
        data_hash=data_hash,
        **_told(gathered),
    )
    drop_rows(runs_without_need_of_rows())


def _told(gathered: Gathered) -> dict[str, Any]:
    return {
        "data_cut": gathered.data_cut,
        "tracked_from": gathered.tracked_from,
        "decisions_tracked": gathered.metrics.rows.num_rows,
        "next_decision_on": gathered.next_decision_on,
        "left_out": dict(gathered.decided.left_out),
        "not_compared": [asdict(field) for field in gathered.not_compared],
        "settings": settings_told(gathered),
        "code_version": code_version(),
    }
