from __future__ import annotations

from typing import Any

import pytest

from banso.measure.metrics.models import GridFile
from banso.measure.metrics.writes.courses import compute_courses
from banso.measure.readings import reads
from banso.measure.readings.tests.builders import a_company, on_the_day

pytestmark = pytest.mark.django_db
KEYS = ["usage_28d", "active_users_28d", "days_to_first_event"]


def test_kept_weeks_say_what_the_events_say(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = a_company(3)
    with on_the_day():
        days = [reads.present_day(), reads.present_day() - 1]
        GridFile.objects.all().delete()
        made = reads.course_of_account(accounts[0].pk, keys=KEYS, weeks=52)
        made_of_all = [reads.values_on_day(day, keys=KEYS) for day in days]
        compute_courses()
        assert GridFile.objects.count() > 20

        def never(**_: Any) -> None:
            raise AssertionError("the weeks are kept: the events need not be read")

        present = reads.present_day()
        kept = reads.course_of_account(accounts[0].pk, keys=KEYS, weeks=52)
        assert kept.slice(0, kept.num_rows - 1).equals(made.slice(0, made.num_rows - 1))
        monkeypatch.setattr(reads, "values_at", never)
        assert reads.values_on_day(present - 1, keys=KEYS).equals(made_of_all[1])


def test_now_is_read_from_what_was_computed_last(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = a_company(3)
    with on_the_day():
        before = reads.values_on_day(reads.present_day(), keys=KEYS)
        monkeypatch.setattr(reads, "values_at", None)
        again = reads.values_on_day(reads.present_day(), keys=KEYS)
    assert before.equals(again)
    assert before["account_id"].to_pylist() == [account.pk for account in accounts]
    assert before["usage_28d"].null_count == 0
