from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from banso.prove.effects.models import Result
from banso.prove.studies.models import EvidenceRun
from banso.prove.worth.models import Estimate, Outcome, Scenario
from banso.prove.worth.rules import Asked, months_after
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation


@transaction.atomic
def save_scenario(
    *,
    by: User,
    name: str,
    owner: User | None,
    asked: Asked,
    figures: dict[str, Any],
    members: Sequence[tuple[int, int]],
    run: EvidenceRun | Result,
) -> Scenario:
    """Keep a what-if: question, assumptions, customers and estimate as they are today."""
    today = clock.today(organisation().time_zone)
    scenario = Scenario.objects.create(
        name=name, asked=asked.told(), members=[list(pair) for pair in members],
        currency=asked.currency, metric_key=asked.metric, began_on=today,
        due_on=months_after(today, asked.horizon), created_at=clock.now(), created_by=by,
        owner=owner or by,
    )  # fmt: skip
    _estimated(scenario, by=by, figures=figures, run=run)
    record("scenario.saved", by=by, scenario=scenario.pk)
    return scenario


@transaction.atomic
def estimate_again(
    *, by: User, scenario: Scenario, figures: dict[str, Any], run: EvidenceRun | Result
) -> Estimate:
    """Put what would be estimated today beside the promise; the promise stays."""
    made = _estimated(scenario, by=by, figures=figures, run=run)
    record("scenario.estimated", by=by, scenario=scenario.pk, estimate=made.pk)
    return made


def _estimated(
    scenario: Scenario, *, by: User, figures: dict[str, Any], run: EvidenceRun | Result
) -> Estimate:
    return Estimate.objects.create(
        scenario=scenario, at=clock.now(), by=by, data_cut=run.data_cut, data_hash=run.data_hash,
        code_version=run.code_version, figures=figures,
    )  # fmt: skip


@transaction.atomic
def keep_outcome(scenario: Scenario, *, figures: dict[str, Any]) -> Outcome | None:
    """Keep what came, once; None when somebody kept it meanwhile or the scenario was removed."""
    held = Scenario.objects.select_for_update(of=("self",)).defer("members").get(pk=scenario.pk)
    if held.removed_at or Outcome.objects.filter(scenario=held).exists():
        return None
    made = Outcome.objects.create(scenario=held, at=clock.now(), figures=figures)
    record("scenario.compared", by=None, scenario=held.pk, outcome=made.pk)
    return made


@transaction.atomic
def remove_scenario(*, by: User, scenario: Scenario) -> None:
    """Take a scenario out of the list; what it promised stays in the records."""
    scenario.removed_at = clock.now()
    scenario.save(update_fields=["removed_at"])
    record("scenario.removed", by=by, scenario=scenario.pk)
