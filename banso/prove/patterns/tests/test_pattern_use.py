from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.prove.effects.sources import source_named
from banso.prove.patterns.models import Use
from banso.prove.patterns.tests.builders import a_pattern, page
from banso.prove.patterns.writes import mark_used
from banso.shared import clock
from banso.shared.users.models import Team
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_colleague_marks_a_use_once_a_day(client: Client) -> None:
    pattern, account = a_pattern(), an_account(name="あおば製作所")
    client.force_login(a_user())
    for _twice in range(2):
        client.post(
            f"/patterns/{pattern.pk}/use/",
            {"account": account.external_id, "used_on": clock.today().isoformat()},
        )
    use = Use.objects.get()
    assert use.version == pattern.current
    assert "あおば製作所" in page(client, "pattern_detail", pattern.pk)


def test_from_the_customers_page_one_comes_back_to_it(client: Client) -> None:
    pattern, account = a_pattern(), an_account(name="あおば製作所")
    client.force_login(a_user())
    address = f"/patterns/{pattern.pk}/use/?customer={account.pk}"
    assert "あおば製作所" in client.get(address).content.decode()
    answer = client.post(address, {"account": "あおば製作所", "used_on": clock.today().isoformat()})
    assert answer.headers["Location"] == f"/customers/{account.pk}/"


def test_not_with_another_teams_customer_and_not_tomorrow(client: Client) -> None:
    theirs = an_account(owner=a_user(team=Team.objects.create(name="別")))
    pattern = a_pattern()
    client.force_login(a_user())
    tomorrow = (clock.today() + timedelta(2)).isoformat()
    for account, day in ((theirs, clock.today().isoformat()), (an_account(), tomorrow)):
        answer = client.post(
            f"/patterns/{pattern.pk}/use/", {"account": account.external_id, "used_on": day}
        )
        assert answer.status_code == 400
    assert client.get(f"/patterns/{pattern.pk}/use/?customer={theirs.pk}").status_code == 404
    assert not Use.objects.exists()


def test_analysts_and_viewers_have_no_customers_to_use_it_with(client: Client) -> None:
    pattern = a_pattern()
    for role in ("analyst", "viewer"):
        client.force_login(a_user(role=role))
        assert client.get(f"/patterns/{pattern.pk}/use/").status_code == 403


def test_a_use_can_be_asked_about_as_a_treatment() -> None:
    pattern, account, user = a_pattern(), an_account(), a_user()
    for day in (date(2026, 3, 5), date(2026, 2, 1)):
        mark_used(by=user, pattern=pattern, account=account, used_on=day)
    source = source_named("patterns")
    assert source is not None
    assert source.choices() == [(str(pattern.pk), str(pattern))]
    assert source.treated(str(pattern.pk)) == {account.pk: date(2026, 2, 1)}
    assert source.treated("nonsense") == {}
