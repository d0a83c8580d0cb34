from __future__ import annotations

from datetime import date, timedelta

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.reads import decision_rows
from banso.measure.metrics.tests.builders import a_metric
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.studies.courses import WEEKS, courses_of
from banso.prove.studies.rules import quarter_ends
from banso.prove.studies.tests.builders import a_subscription
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event

pytestmark = pytest.mark.django_db

END = date(2025, 12, 31)


def test_those_who_leave_fall_silent_before_and_the_medians_show_it() -> None:
    events = []
    for i in range(24):
        account = an_account(name=f"あおば製作所 {i}", external_id=f"A-{i}")
        lost = i % 2 == 0
        a_subscription(
            account, start=date(2025, 1, 1), end=END, outcome="churned" if lost else "renewed"
        )
        for week in range(40):
            if lost and week < 10:
                continue
            day = END - timedelta(days=7 * week + 3)
            events.append(an_event(f"{day} 12:00", account_key=f"A-{i}", name="login"))
    lake.append(events=a_table(*events), source="test")
    lake.compact()
    a_metric("logins", shape="recent_count", params={"event": "login", "days": 28})
    a_metric("first", shape="days_to_first", params={"event": "login"})
    rows = decision_rows(data_cut=date(2026, 3, 31), landmark_days=90).table
    made = courses_of(rows, date(2025, 1, 1))
    assert set(made) == {"logins"}, "a first time does not move"
    at = {point.weeks: point for point in made["logins"]}
    assert tuple(at) == WEEKS
    for week, kept, lost_median in ((20, 4.0, 4.0), (0, 4.0, 0.0)):
        renewed, left = at[week].renewed, at[week].not_renewed
        assert isinstance(renewed, Answer)
        assert isinstance(left, Answer)
        assert (renewed.value, left.value) == (kept, lost_median)
        assert (renewed.n, left.n) == (12, 12)
    late = courses_of(rows, END - timedelta(days=60))["logins"]
    assert isinstance(late[0].renewed, NoAnswer), "before we watched nothing is known"
    assert isinstance(late[-1].renewed, Answer)


def test_quarters_end_with_the_cut_and_begin_with_the_first_decision() -> None:
    ends = quarter_ends(date(2025, 5, 3), date(2026, 2, 10))
    assert ends == [date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 2, 10)]
    assert len(quarter_ends(date(2010, 1, 1), date(2026, 3, 31))) == 8
    assert quarter_ends(date(2026, 3, 31), date(2026, 3, 31)) == [date(2026, 3, 31)]
