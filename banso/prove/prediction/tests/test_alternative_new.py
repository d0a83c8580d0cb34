from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banso.know.accounts.models import Account
from banso.measure.health.models import HealthModel, HealthScore
from banso.measure.health.writes.model import save_model
from banso.measure.metrics.tests.builders import a_metric
from banso.prove.prediction.jobs import compare_alternative
from banso.prove.prediction.models import Alternative, Comparison
from banso.prove.prediction.tests.builders import LINES
from banso.prove.prediction.tests.test_score_recompute import a_company_with_usage
from banso.prove.studies.tests.builders import TODAY
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Job
from banso.shared.journal.writes import record
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
SAID = {
    "name": "利用を重く", "because": "連絡は当てにならない", "good_from": 65, "watch_from": 35,
    "usage_28d_weight": 60, "usage_28d_zero": 0, "usage_28d_full": 100,
    "active_users_28d_weight": 0, "contact_days_weight": 10, "contact_days_zero": 120,
    "contact_days_full": 14,
}  # fmt: skip


def send(client: Client, role: str = "analyst", **changed: Any) -> int:
    client.force_login(a_user(role=role))
    data = SAID | changed
    return client.post("/score-check/alternatives/new/", data).status_code


def test_weights_measures_marks_and_borders_may_all_be_others(client: Client) -> None:
    save_model(by=None, measures=LINES)
    a_metric("logins", name_en="Logins", name_ja="ログイン")
    a_metric("reports", name_en="Reports", name_ja="レポート")
    more: dict[str, Any] = {
        "new_key": "logins", "new_group": "usage", "new_weight": 20, "new_zero": 0, "new_full": 9,
        "second_key": "reports", "second_group": "value", "second_weight": 10,
        "second_zero": 0, "second_full": 5,
    }  # fmt: skip
    assert send(client, **more) == 302
    made = Alternative.objects.get()
    assert {line.key: line.weight for line in made.lines} == {
        "usage_28d": 60, "contact_days": 10, "logins": 20, "reports": 10,
    }  # fmt: skip
    assert (made.good_from, made.watch_from) == (65, 35)
    assert Job.objects.filter(name="prediction.compare").exists()


@pytest.mark.parametrize(
    "changed", [{"name": ""}, {"because": ""}, {"watch_from": 70}, {"usage_28d_full": ""}]
)
def test_what_is_missing_or_upside_down_is_asked_for(
    client: Client, changed: dict[str, Any]
) -> None:
    save_model(by=None, measures=LINES)
    assert send(client, **changed) == 400
    assert not Alternative.objects.exists()


def test_a_csm_may_not(client: Client) -> None:
    assert send(client, role="csm") == 403


def test_it_may_start_from_another_alternative(client: Client) -> None:
    save_model(by=None, measures=LINES)
    send(client)
    made = Alternative.objects.get()
    said = client.get(f"/score-check/alternatives/new/?from={made.pk}").content.decode()
    assert 'name="good_from" value="65"' in said
    assert 'name="active_users_28d_weight"' not in said


def test_it_is_compared_on_the_companys_own_past_once_per_data(client: Client) -> None:
    a_company_with_usage()
    with clock.held_at(TODAY):
        send(client, active_users_28d_weight="")
        made = Alternative.objects.get()
        compare_alternative(made.pk)
        compare_alternative(made.pk)
    kept = Comparison.objects.get()
    assert kept.numbers["decisions"] > 50
    assert kept.model is not None


def test_when_only_the_present_moved_the_past_is_not_kept_again(client: Client) -> None:
    a_company_with_usage()
    with clock.held_at(TODAY):
        send(client, active_users_28d_weight="")
        made = Alternative.objects.get()
        compare_alternative(made.pk)
        account = Account.objects.order_by("pk")[0]
        HealthScore.objects.create(
            account=account, model=HealthModel.objects.latest("pk"), as_of=TODAY, score=90,
            parts={"usage_28d": {"w": 60, "v": 0.0, "p": 0.0}},
        )  # fmt: skip
        compare_alternative(made.pk)
        kept = Comparison.objects.get()
        assert kept.changes["customers"] == [[account.pk, 90, 0]]
        Comparison.objects.update(digest="other data")
        compare_alternative(made.pk)
    first, second = Comparison.objects.order_by("pk")
    assert "customers" not in first.changes
    assert first.changes["moved"] == second.changes["moved"] == 1


def test_new_data_and_other_weights_compare_all_again(client: Client) -> None:
    save_model(by=None, measures=LINES)
    send(client)
    Job.objects.all().delete()
    record("evidence.finished", by=None, run=1)
    run_owed()
    assert Job.objects.filter(name="prediction.compare").exists()
    compare_alternative(10**6)  # one that is gone is no fault
