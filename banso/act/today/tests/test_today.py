from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from banso.act.signals.tests.builders import a_signal, renewing
from banso.act.signals.writes import refresh_signals
from banso.act.tasks.tests.builders import a_task
from banso.act.today.tests.builders import in_need, page_of
from banso.know.accounts.tests.builders import an_account
from banso.listen.events.models import ArrivalWarning
from banso.listen.events.tests.builders import a_source
from banso.measure.health.tests.builders import TODAY
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.users.models import Team
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_first_the_answer(client: Client) -> None:
    me = a_user(language="en")
    client.force_login(me)
    for _ in range(2):
        in_need(me)
    for days in (23, 70, 200):
        renewing(days, owner=me)
    page = page_of(client)
    assert "2 of your 5 customers need attention." in page
    assert "1 renews within 30 days." in page


def test_whose_terms_are_all_over_is_not_counted(client: Client) -> None:
    me = a_user(language="en")
    client.force_login(me)
    in_need(me)
    an_account(owner=me, mrr_minor=0, currency="JPY", next_renewal_on=None)
    assert "1 of your 1 customers needs attention." in page_of(client)


def test_reasons_come_in_words_with_money_and_health(client: Client) -> None:
    me = a_user(language="en")
    client.force_login(me)
    account = an_account(owner=me, mrr_minor=120_000, currency="JPY", health=35)
    a_signal(account, data={"since": (TODAY - timedelta(days=61)).isoformat()})
    data = {"renewal_on": (TODAY + timedelta(days=23)).isoformat(), "health": 35}
    a_signal(account, kind="renewal_near", data=data)
    page = page_of(client)
    assert page.count(f'id="account-{account.pk}"') == 1
    for words in ("No contact for 61 days", "Renewal in 23 days", "¥120,000", "Struggling"):
        assert words in page


def test_the_neediest_come_first(client: Client) -> None:
    me = a_user()
    client.force_login(me)
    in_need(me, priority=50, name="ひとつだけ")
    two = in_need(me, priority=35, name="ふたつ重なる")
    a_signal(
        two.account, kind="usage_fell", priority=30, data={"trend": -0.4, "now": 72, "before": 120}
    )
    in_need(me, priority=20, name="急がない")
    page = page_of(client)
    places = [page.index(name) for name in ("ふたつ重なる", "ひとつだけ", "急がない")]
    assert places == sorted(places)


def test_mine_my_teams_and_everybodys(client: Client) -> None:
    team = Team.objects.create(name="東日本")
    me, mate, other = a_user(team=team), a_user(team=team), a_user()
    for owner, name in ((me, "N-me"), (mate, "N-mate"), (other, "N-other"), (None, "N-nobody")):
        in_need(owner, name=name)
    client.force_login(me)
    names = ("N-me", "N-mate", "N-other", "N-nobody")
    seen = {scope: page_of(client, f"?scope={scope}") for scope in ("", "mine", "team", "all")}
    counts = {scope: sum(name in page for name in names) for scope, page in seen.items()}
    assert counts == {"": 1, "mine": 1, "team": 2, "all": 4}


@pytest.mark.parametrize(
    ("role", "has_team", "seen"), [("manager", True, 1), ("manager", False, 2), ("viewer", True, 2)]
)
def test_each_role_begins_where_its_work_is(
    client: Client, role: str, has_team: bool, seen: int
) -> None:
    team = Team.objects.create(name="東日本")
    in_need(a_user(team=team), name="N-team")
    in_need(a_user(), name="N-other")
    client.force_login(a_user(role=role, team=team if has_team else None))
    page = page_of(client)
    assert ("N-team" in page) + ("N-other" in page) == seen


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_readers_get_no_buttons(client: Client, role: str) -> None:
    in_need(a_user(), name="N-one")
    client.force_login(a_user(role=role, language="en"))
    page = page_of(client)
    assert "N-one" in page
    assert "Make it a task" not in page


def test_another_teams_customer_has_no_buttons(client: Client) -> None:
    in_need(a_user())
    client.force_login(a_user(language="en"))
    assert "Make it a task" not in page_of(client, "?scope=all")


def test_one_reason_at_a_time(client: Client) -> None:
    me = a_user(language="en")
    client.force_login(me)
    in_need(me, name="N-silent")
    data = {"trend": -0.4, "now": 72, "before": 120}
    a_signal(an_account(owner=me, name="N-fell"), kind="usage_fell", data=data)
    page = page_of(client, "?kind=usage_fell")
    assert "N-fell" in page
    assert "N-silent" not in page
    assert "2 of your 2 customers need attention." in page


def test_a_snoozed_signal_returns_on_its_day(client: Client) -> None:
    me = a_user()
    client.force_login(me)
    signal = in_need(me, name="N-later")
    signal.snoozed_until = TODAY + timedelta(days=7)
    signal.save()
    assert "N-later" not in page_of(client, day=TODAY + timedelta(days=6))
    assert "N-later" in page_of(client, day=TODAY + timedelta(days=7))


def test_figures_lead_to_the_customers_behind_them(client: Client) -> None:
    me = a_user(language="en")
    client.force_login(me)
    in_need(me)
    renewing(40, owner=me)
    a_task(owner=me, due_on=TODAY)
    a_task(owner=me, due_on=TODAY - timedelta(days=1))
    page = page_of(client)
    assert "and 1 late" in page
    asked = "?owner=mine&amp;next_renewal=60&amp;next_renewal.how=next"
    assert reverse("accounts:account_list") + asked in page


def test_25_on_a_page(client: Client) -> None:
    me = a_user(language="en")
    client.force_login(me)
    for _ in range(27):
        in_need(me)
    assert page_of(client).count('class="card need"') == 25
    assert page_of(client, "?page=2").count('class="card need"') == 2


def test_no_customers_leads_to_the_import(client: Client) -> None:
    client.force_login(a_user(language="en"))
    page = page_of(client)
    assert "There are no customers yet" in page
    assert "Import customers" in page


def test_before_the_first_refresh_it_says_wait(client: Client) -> None:
    me = a_user(language="en")
    an_account(owner=me)
    client.force_login(me)
    assert "Your customers are being looked at" in page_of(client)


def test_no_customer_of_mine_leads_to_those_without_an_owner(client: Client) -> None:
    an_account()
    client.force_login(a_user(language="en"))
    page = page_of(client)
    assert "No customer is yours yet" in page
    assert "owner=nobody" in page


def test_nothing_needs_me_shows_the_next_renewals(client: Client) -> None:
    me = a_user(language="en")
    renewing(120, owner=me, name="N-next")
    with clock.held_at(TODAY):
        refresh_signals(today=TODAY)
    client.force_login(me)
    page = page_of(client)
    assert "Nobody needs you today" in page
    assert "N-next" in page


def test_it_speaks_japanese(client: Client) -> None:
    me = a_user(language="ja")
    client.force_login(me)
    in_need(me)
    page = page_of(client)
    assert "今日、対応が必要な担当顧客は?" in page
    assert "担当する1社のうち1社に対応が必要です。" in page
    assert "61日間、連絡が途絶えています" in page


def test_the_query_count_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    me = a_user(team=Team.objects.create(name="東日本"))
    client.force_login(me)
    record("signals.refreshed", by=None)
    for _ in range(30):
        signal = in_need(me)
        a_signal(signal.account, kind="usage_fell", data={"trend": -0.4, "now": 72, "before": 120})
        a_task(signal=signal, owner=me, account=signal.account)
    page_of(client)
    for scope in ("mine", "team", "all"):
        with django_assert_num_queries(14):
            page_of(client, f"?scope={scope}")


def test_who_may_define_is_told_of_a_source_that_fell_silent(client: Client) -> None:
    source = a_source("my-product")
    moments = {"since": source.last_at, "raised_at": source.last_at}
    found = {"expected": 40, "low": 40, "high": 40, "found": 0, "basis": 8}
    ArrivalWarning.objects.create(source=source, kind="silent", **found, **moments)
    client.force_login(a_user(role="analyst", language="en"))
    page = page_of(client)
    assert "“my-product”: nothing since" in page
    assert f"/events/sources/{source.pk}/" in page
    client.force_login(a_user(role="csm"))
    assert "my-product" not in page_of(client)
