from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.notes.writes import add_note
from banso.know.people.writes import add_person
from banso.know.subscriptions.models import Subscription
from banso.shared import clock
from banso.shared.fields.writes import define_field
from banso.shared.slots import Panel, account_panels
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_head_answers_who_and_how(client: Client) -> None:
    owner = a_user(name="佐藤 健", language="ja")
    client.force_login(owner)
    account = an_account(
        name="あおば製作所", owner=owner, stage="adoption", touch_model="high", mrr_minor=300_000,
        currency="JPY", health=72, next_renewal_on=date(2026, 4, 15),
        last_contact_on=date(2026, 3, 29),
    )  # fmt: skip
    with clock.held_at(date(2026, 4, 1)):
        page = client.get(f"/customers/{account.pk}/").content.decode()
    for said in ("佐藤 健", "アダプション", "ハイタッチ", "¥300,000", "2026/04/15", "あと14日"):
        assert said in page
    for said in ("72", "2026/03/29", "3日前"):
        assert said in page


def test_in_english(client: Client) -> None:
    client.force_login(a_user(language="en"))
    account = an_account(next_renewal_on=date(2026, 4, 2))
    with clock.held_at(date(2026, 4, 1)):
        page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "in 1 day<" in page
    assert "Nobody is known here yet." in page


def test_profile_shows_own_fields_and_the_group(client: Client) -> None:
    define_field(by=None, holder="account", key="size", kind="number", label_ja="拠点数")
    client.force_login(a_user(language="ja"))
    top = an_account(name="本社")
    account = an_account(parent=top, custom={"size": 1200}, external_id="X-9", source="crm")
    an_account(name="孫会社", parent=account)
    page = client.get(f"/customers/{account.pk}/").content.decode()
    for said in ("拠点数", "1,200", "本社", "孫会社", "X-9", "crm"):
        assert said in page


def test_a_yes_from_a_file_is_read_in_the_readers_language(client: Client) -> None:
    define_field(by=None, holder="account", key="pilot", kind="choice", choices=["yes", "no"])
    client.force_login(a_user(language="ja"))
    account = an_account(custom={"pilot": "yes"})
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "<dd>はい</dd>" in page


def test_a_term_without_a_plan_is_called_by_its_length(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    account = an_account()
    Subscription.objects.create(
        account=account, external_id="7590-snapshot", start=clock.today(), term_months=12
    )
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert ">年契約</span>" in page


def test_subscriptions_say_how_they_ended(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    account, today = an_account(), clock.today()
    for number, (start, end, outcome) in enumerate(
        [(-800, -400, "renewed"), (-400, 100, ""), (-50, None, ""), (30, 400, "")]
    ):
        Subscription.objects.create(
            account=account, external_id=f"S{number}", start=today + timedelta(start),
            end=None if end is None else today + timedelta(end), outcome=outcome,
            mrr_minor=10_000, currency="JPY", term_months=3,
        )  # fmt: skip
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert page.count("契約中") == 2
    for said in ("開始前", "3か月ごとに更新", "¥10,000"):
        assert said in page


def test_a_broken_panel_shows_its_own_error_and_the_page_stands(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(request: HttpRequest, account: Account) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(account_panels, "_fillings", dict(account_panels._fillings))
    account_panels.fill("broken", Panel("こわれた部品", broken), order=45)
    client.force_login(a_user(language="ja"))
    account = an_account(name="あおば製作所")
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "こわれた部品" in page
    assert "ZeroDivisionError" in page
    assert "タイムライン" in page


def test_queries_do_not_grow_with_what_hangs_on_the_account(client: Client) -> None:
    user = a_user()
    client.force_login(user)
    account = an_account(owner=user)

    def grow(times: int) -> int:
        for number in range(times):
            add_person(
                by=user, account=account, is_key=True, influence="", custom={}, name=str(number)
            )
            add_note(by=user, account=account, at=clock.now(), happened="訪問しました")
            an_account(parent=account)
            Subscription.objects.create(
                account=account, external_id=f"{times}-{number}", start=clock.today()
            )
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/customers/{account.pk}/").status_code == 200
        return len(queries)

    assert grow(1) == grow(15) <= 24


def test_who_may_not_change_is_not_invited_to(client: Client) -> None:
    account = an_account(owner=a_user())
    for user, invited in ((a_user(role="viewer"), False), (a_user(), False), (account.owner, True)):
        assert user is not None
        client.force_login(user)
        page = client.get(f"/customers/{account.pk}/").content.decode()
        assert (f"/customers/{account.pk}/edit/" in page) is invited
        assert (f"/notes/of/{account.pk}/add/" in page) is invited


def test_an_unknown_account_is_not_found(client: Client) -> None:
    client.force_login(a_user())
    assert client.get("/customers/999999/").status_code == 404
