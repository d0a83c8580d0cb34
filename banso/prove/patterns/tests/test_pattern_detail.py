from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.prove.patterns.renewals import Counted, counted, renewals_after
from banso.prove.patterns.sources import Run
from banso.prove.patterns.tests.builders import AStage, a_pattern, page
from banso.prove.patterns.writes import link_pattern, mark_used
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)


def a_term(account: Account, end: date, outcome: str, **more: Any) -> None:
    Subscription.objects.create(
        account=account, external_id=f"S-{Subscription.objects.count()}",
        start=end - timedelta(days=364), end=end, outcome=outcome, mrr_minor=1000,
        currency="JPY", **more,
    )  # fmt: skip


def test_the_next_renewal_is_the_first_that_was_open_when_it_was_used() -> None:
    stays, leaves, later, gone = (an_account() for _ in range(4))
    a_term(stays, date(2026, 3, 31), "renewed")
    a_term(leaves, date(2026, 5, 31), "churned", cancelled_on=date(2026, 2, 1))
    a_term(later, date(2027, 5, 31), "")
    a_term(gone, date(2026, 5, 31), "churned", cancelled_on=date(2026, 1, 1))
    used_on = {account.pk: date(2026, 1, 15) for account in (stays, leaves, later, gone)}
    found = renewals_after(used_on, today=TODAY)
    assert {pk: one.renewed for pk, one in found.items()} == {stays.pk: True, leaves.pk: False}
    assert counted(used_on, found) == Counted(4, 2, 1)
    assert renewals_after({}, today=TODAY) == {}


def test_few_renewals_are_counted_and_give_no_share(client: Client) -> None:
    pattern, user = a_pattern(), a_user()
    for number in range(12):
        account = an_account()
        a_term(account, date(2026, 5, 31), "churned" if number == 3 else "renewed")
        mark_used(by=user, pattern=pattern, account=account, used_on=date(2026, 1, 15))
        if number == 2:
            with clock.held_at(TODAY):
                few = page(client, "pattern_detail", pattern.pk)
    with clock.held_at(TODAY):
        many = page(client, "pattern_detail", pattern.pk)
    assert "Of 3 customers it was used with, 3 came to a renewal since; 3 renewed." in few
    assert "Too few for a share." in few
    assert "12 came to a renewal since; 11 renewed." in many
    assert "n = 12" in many
    assert "That says nothing of whether the pattern was behind it" in many


def test_who_took_it_up_is_counted_by_month_and_person(client: Client) -> None:
    pattern = a_pattern()
    first, second = a_user(name="早瀬 葵"), a_user(name="真鍋 翔")
    mark_used(by=first, pattern=pattern, account=an_account(), used_on=date(2026, 4, 3))
    mark_used(by=second, pattern=pattern, account=an_account(), used_on=date(2026, 6, 3))
    client.force_login(a_user())
    with clock.held_at(TODAY):
        said = page(client, "pattern_detail", pattern.pk)
        told = b"".join(client.get(f"/patterns/{pattern.pk}/?format=spread")).decode()
    assert "Uses: 2, people: 2, customers: 2, the latest on" in said
    assert said.index("早瀬 葵") < said.index("真鍋 翔")
    assert "26-06" in told
    for name in ("uses", "renewals"):
        assert client.get(f"/patterns/{pattern.pk}/?format={name}").status_code == 200


def test_what_a_later_stage_ran_counts_as_uses(client: Client) -> None:
    pattern, account, user = a_pattern(), an_account(name="みどり商事"), a_user(name="早瀬 葵")
    stage = AStage()
    stage.runs = [Run(account.pk, user.pk, date(2026, 6, 1))]
    with stage.filled(evidence=False), clock.held_at(TODAY):
        link_pattern(by=user, pattern=pattern, source="plays", reference="1")
        said = page(client, "pattern_detail", pattern.pk)
        assert "Kick-off play" in said
        assert "みどり商事" in said
        assert "Uses: 1, people: 1, customers: 1" in said
    with clock.held_at(TODAY):
        assert "It no longer exists." in page(client, "pattern_detail", pattern.pk)


def test_links_in_the_content_are_links_and_scripts_are_text(client: Client) -> None:
    pattern = a_pattern(
        content="https://example.jp/x\n<script>alert(1)</script> javascript:alert(1)"
    )
    said = page(client, "pattern_detail", pattern.pk)
    assert 'href="https://example.jp/x"' in said
    assert "<script>alert(1)" not in said
    assert 'href="javascript' not in said


def test_queries_do_not_grow_with_the_uses(client: Client) -> None:
    def count(pattern_uses: int) -> int:
        pattern, user = a_pattern(), a_user()
        for _ in range(pattern_uses):
            mark_used(by=user, pattern=pattern, account=an_account(), used_on=TODAY)
        client.force_login(a_user())
        with clock.held_at(TODAY), CaptureQueriesContext(connection) as queries:
            client.get(f"/patterns/{pattern.pk}/")
        return len(queries)

    assert count(1) == count(15)
