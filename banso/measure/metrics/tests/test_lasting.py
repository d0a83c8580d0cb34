"""What is kept of the whole past is what the whole past says, whatever happened since."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import cast

import numpy as np
import pytest

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics import asks, at_day, changes, lasting, standing
from banso.measure.metrics.active_days import ActiveDays
from banso.measure.metrics.lasting import Lasting, brought_up
from banso.measure.metrics.models import AccountMeasures
from banso.measure.metrics.tests.builders import TODAY, a_metric, used
from banso.measure.metrics.tests.test_incremental import a_company, some_events
from banso.measure.metrics.writes.measuring import look_at_people_again, refresh
from banso.measure.metrics.writes.now import LAST_DAY
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.lake import writes as lake
from banso.shared.lake.days import day_number
from banso.shared.lake.tests.builders import a_table
from banso.shared.users.reads import organisation

pytestmark = pytest.mark.django_db


def asked() -> list[asks.Ask | asks.Days]:
    return [LAST_DAY, *asks.lasting(standing.plan_of(standing.served()))]


def kept() -> Lasting:
    found = lasting.kept(asked(), organisation().time_zone)
    assert found is not None
    return found


def assert_it_is_what_the_past_says() -> None:
    mended = kept()
    anew = brought_up(None, asked(), mended.ids, mended.starts, mended.as_of, changes.NOTHING)
    assert {*mended.found, *mended.active} == {*anew.found, *anew.active} == set(asked())
    for one, days in anew.active.items():
        assert dates_of(mended.active[one]) == dates_of(days), one
    for ask, numbers in anew.found.items():
        np.testing.assert_array_equal(mended.found[ask], numbers, err_msg=str(ask))
        if ask in anew.days:
            np.testing.assert_array_equal(mended.days[ask], anew.days[ask])


def dates_of(days: ActiveDays) -> set[tuple[int, int]]:
    """Customer and day, for each that something happened on."""
    bits = np.unpackbits(days.bits, axis=0, bitorder="little")
    return {(int(c), int(d) + days.first) for d, c in zip(*np.nonzero(bits), strict=True)}


@pytest.mark.parametrize("seed", range(4))
def test_late_events_forgotten_people_new_days_and_other_sign_ups(seed: int) -> None:
    a_company(seed)
    chance = random.Random(seed + 50)  # noqa: S311 - made-up data
    today = TODAY - timedelta(days=35)  # events of the days ahead are there already
    for _ in range(7):
        with clock.held_at(today):
            refresh()
            assert_it_is_what_the_past_says()
            match chance.randrange(5):
                case 0 | 1:
                    late = some_events(chance, f"a{chance.randrange(5)}", 5)
                    lake.append(events=a_table(*late), source="s")
                case 2:
                    user = chance.choice(["u1", "u2", "u3"])
                    lake.forget(user_keys=[user], mode="erase", account_ids=None, words=[user])
                    run_owed()
                case 3:
                    account = Account.objects.order_by("?")[0]
                    account.signed_up_on = today - timedelta(days=chance.randrange(5, 60))
                    account.save()
                    look_at_people_again()
                case 4:
                    an_account(signed_up_on=today - timedelta(days=9))
                    look_at_people_again()
        today += timedelta(days=chance.choice([0, 1, 6]))


@pytest.mark.parametrize("seed", range(3))
def test_the_ends_of_a_span_are_the_same_for_all_at_once(seed: int) -> None:
    a_company(seed)
    with clock.held_at(TODAY):
        refresh()
    known = kept()
    ends = [ask for ask in known.found if not isinstance(ask, asks.Total)]
    assert {type(ask) for ask in ends} == {asks.First, asks.LastDay, asks.Latest}
    for since, until in ((known.as_of - 21, known.as_of), (known.as_of - 90, known.as_of - 30)):
        found, days = at_day.ends_of_everybody(ends, known.ids, since, until)
        told = at_day.lasting_answers(ends, known.ids, known.starts, until, None, since=since)
        assert found.keys() == told[0].keys() and days.keys() == told[1].keys() != set()
        for ask in ends:
            np.testing.assert_array_equal(found[ask], told[0][ask], err_msg=str(ask))
        for one in days:
            np.testing.assert_array_equal(days[one], told[1][one], err_msg=str(one))
    assert any((~np.isnan(numbers)).any() for numbers in found.values())


def test_a_new_day_asks_only_for_the_days_that_are_new(monkeypatch: pytest.MonkeyPatch) -> None:
    a_company(1)
    with clock.held_at(TODAY):
        refresh()
    looked: list[int | None] = []
    real = at_day.lasting_answers

    def watched(*given: object, since: int | None = None, **more: object) -> object:
        looked.append(since)
        return real(*given, since=since, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(at_day, "lasting_answers", watched)
    tomorrow = TODAY + timedelta(days=1)
    with clock.held_at(tomorrow):
        refresh()
        assert looked == []  # nothing happened: nothing is read
        event = some_events(random.Random(2), "a1", 1)[0]  # noqa: S311 - made-up data
        moment = clock.now() - timedelta(hours=2)
        event["ts_us"] = int(moment.timestamp() * 1_000_000)
        lake.append(events=a_table(event), source="s")
        refresh()
        assert looked and None not in looked
        assert_it_is_what_the_past_says()


def test_days_of_long_ago_are_read_alone_and_concern_whom_they_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_metric("first", shape="days_to_first", params={"event": "export"})
    a_metric("often", shape="recent_count", params={"event": "", "days": 28})
    same, other, *_rest = (an_account(signed_up_on=date(2025, 5, 5)) for _ in range(5))
    for account in (same, other):
        events = [*used(account, "05-06", "06-10"), *used(account, "05-20", name="export")]
        lake.append(events=a_table(*events), source="s")
    with clock.held_at(TODAY + timedelta(days=200)):
        refresh()
        revisions = dict(AccountMeasures.objects.values_list("pk", "revision"))
        spans: list[tuple[int, int]] = []
        real = at_day.lasting_answers

        def watched(*given: object, since: int = 0, **more: object) -> object:
            spans.append((since, cast("int", given[3])))
            return real(*given, since=since, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(at_day, "lasting_answers", watched)
        events = [
            *used(same, "06-10", user_key="another"),
            *used(other, "05-18", name="export"),
        ]
        lake.append(events=a_table(*events), source="s")
        refresh()
        assert_it_is_what_the_past_says()
    looked = (day_number(date(2025, 5, 18)), day_number(date(2025, 6, 11)))
    assert spans[0] == looked
    now = dict(AccountMeasures.objects.values_list("pk", "revision"))
    assert {pk for pk in now if now[pk] > revisions[pk]} == {other.pk}
