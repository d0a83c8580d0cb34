"""The run on real files, imported as a user would (issue 2: RavenStack, Telco)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.models import EvidenceRun, Finding, RunState, Verdict
from banso.shared import clock
from banso.shared.journal.jobs import run_owed

SHARED = Path(__file__).resolve().parents[5] / "shared"
RAVENSTACK, TELCO = SHARED / "data" / "ravenstack", SHARED / "data" / "telco"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not TELCO.is_dir(), reason="../shared/data is not here"),
]


def bring_in(path: Path, **options: Any) -> None:
    try:
        call_command("import", str(path), language="en", **options)
    except SystemExit as refused:
        assert refused.code == 3  # noqa: PT017 - some rows refused, the others imported


def compare() -> EvidenceRun:
    run_owed()
    run_evidence()
    return EvidenceRun.objects.get(state=RunState.DONE)


def test_ravenstack_has_no_signal_and_none_is_found() -> None:
    with clock.held_at(date(2025, 1, 15)):
        for name in ("accounts", "subscriptions", "feature_usage"):
            bring_in(RAVENSTACK / f"ravenstack_{name}.csv")
        bring_in(RAVENSTACK / "ravenstack_churn_events.csv", event_name="churned")
        made = compare()
    assert made.data_cut == date(2024, 12, 31)
    assert made.decisions > 10_000
    assert made.non_renewals > 100
    found = {f.key: f.verdict for f in made.findings.all()}
    assert Verdict.ASSOCIATED not in found.values(), found
    assert found["account.own.churn_flag"] == Verdict.SUSPICIOUS
    assert found["subscription.seats"] == Verdict.NO_ASSOCIATION
    metrics = {key: verdict for key, verdict in found.items() if key.startswith("metric.")}
    none_found = [key for key in metrics if metrics[key] == Verdict.NO_ASSOCIATION]
    assert len(none_found) >= 10, "usage is there, and goes with nothing"
    about_leaving = [key for key in metrics if "churn" in key]
    assert all(metrics[key] == Verdict.SUSPICIOUS for key in about_leaving)


def test_telco_churn_goes_with_contract_and_tenure_as_published() -> None:
    with clock.held_at(date(2026, 6, 30)):
        bring_in(TELCO / "Telco-Customer-Churn.csv")
        made = compare()
    oracle = _oracle("telco_churn")
    left_out = 11  # customers of the first day: they had no month in which to leave
    assert (made.decisions, made.left_out["too_young"]) == (7043 - left_out, left_out)
    assert made.non_renewals == oracle["expected"]["churned"]
    contract = made.findings.get(key="decision.contract")
    tenure = made.findings.get(key="decision.tenure")
    assert (contract.verdict, tenure.verdict) == (Verdict.ASSOCIATED, Verdict.ASSOCIATED)
    assert tenure.numbers["direction"] == "more"
    _rates_are(contract, oracle["expected"]["by_contract"], {"annual": 1, "multi_year": 10})
    total = made.findings.get(key="account.own.total_charges")
    assert total.verdict == Verdict.SUSPICIOUS
    assert total.numbers.get("estimate") is None


def _rates_are(contract: Finding, published: list[float], left_out: dict[str, int]) -> None:
    """Churn by contract type is what IBM's file has, once who was left out is counted in."""
    groups = {group["label"]: group for group in contract.numbers["groups"]}
    for label, rate in zip(("monthly", "annual", "multi_year"), published, strict=True):
        group = groups[label]
        assert group["events"] / (group["n"] + left_out.get(label, 0)) == pytest.approx(
            rate, abs=1e-6
        )
        assert 1 - group["rate"]["value"] == pytest.approx(rate, abs=2e-4)


def _oracle(name: str) -> dict[str, Any]:
    read = json.loads((SHARED / "oracles" / "oracles.json").read_text(encoding="utf-8"))
    oracles = read if isinstance(read, list) else read["oracles"]
    found: dict[str, Any] = next(one for one in oracles if one["id"] == name)
    return found
