from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from banso.shell.sample.company import Company, make_company
from banso.shell.sample.files import write_files
from banso.shell.sample.usage import COMMENT, EVENTS, SHARED

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def company() -> Company:
    return make_company(now=NOW, size=60)


def test_the_same_day_gives_the_same_company(company: Company) -> None:
    again = make_company(now=NOW, size=60)
    assert again.customers == company.customers
    assert again.terms == company.terms
    assert np.array_equal(again.usage.second, company.usage.second)


def test_names_are_not_repeated(company: Company) -> None:
    assert len({c.name for c in company.customers}) == len(company.customers)


def test_nothing_happens_in_the_future_or_after_a_customer_left(company: Company) -> None:
    assert company.usage.second.max() < NOW.timestamp()
    assert all(note.at < NOW for note in company.notes)
    left = [c.left_on for c in company.customers]
    for index, day in enumerate(left):
        if day is not None:
            latest = datetime.fromtimestamp(
                int(company.usage.second[company.usage.account == index].max()), UTC
            )
            assert latest.date() <= day + timedelta(days=1)


def test_terms_follow_each_other_and_only_the_last_may_be_lost(company: Company) -> None:
    for customer in company.customers:
        own = [t for t in company.terms if t.account_key == customer.key]
        assert own[0].start == customer.signed_up
        assert [t.outcome for t in own[:-1]] == ["renewed"] * (len(own) - 1)
        for earlier, later in pairwise(own):
            assert earlier.end is not None
            assert later.start - earlier.end == timedelta(days=1)


def test_who_was_trained_comments_more_and_does_nothing_else_more() -> None:
    company = make_company(now=NOW)
    assert 30 <= len(company.trained) <= 100
    usage, extra = company.usage, 0
    for index, key in enumerate(company.usage.account_keys):
        own = usage.account == index
        if key not in company.trained:
            continue
        begun = datetime.combine(company.trained[key], datetime.min.time(), UTC).timestamp()
        comments = usage.second[own & (usage.event == COMMENT)]
        close = np.diff(comments) < 90
        extra += int(close[comments[1:] > begun + 2 * 86_400].sum())
        assert (comments < NOW.timestamp()).all()
    assert extra > 500


def test_nobody_shares_a_report_before_the_first_value(company: Company) -> None:
    for index, customer in enumerate(company.customers):
        own = (company.usage.account == index) & (company.usage.event == SHARED)
        if customer.first_value_days is None:
            assert not own.any()


def test_the_whole_sample_has_enough_decisions_for_evidence() -> None:
    company = make_company(now=NOW)
    decided = [t for t in company.terms if t.outcome and t.months > 1]
    lost = [t for t in decided if t.outcome == "churned"]
    assert len(decided) >= 150
    assert 40 <= len(lost) <= 0.3 * len(decided)
    assert 250_000 <= len(company.usage.second) <= 450_000
    assert set(np.unique(company.usage.event)) == set(range(len(EVENTS)))


def test_files_hold_every_record(company: Company, tmp_path: Path) -> None:
    files = write_files(company, tmp_path)
    lines = {kind: path.read_text("utf-8-sig").count("\n") - 1 for kind, path in files.items()}
    assert lines["accounts"] == len(company.customers)
    assert lines["subscriptions"] == len(company.terms)
    assert lines["events"] == len(company.usage.second)
