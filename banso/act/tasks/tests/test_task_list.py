from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.act.tasks.tests.builders import a_task
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.tests.builders import TODAY
from banso.shared import clock
from banso.shared.users.models import Team
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/tasks/"


def page_of(client: Client, query: str = "") -> str:
    with clock.held_at(TODAY):
        return client.get(URL + query).content.decode()


def test_what_is_late_comes_first(client: Client) -> None:
    me = a_user(language="en")
    client.force_login(me)
    for title, days in (("later", 30), ("late", -3), ("now", 0)):
        a_task(title=f"the {title} one", owner=me, due_on=TODAY + timedelta(days=days))
    a_task(title="the undated one", owner=me)
    page = page_of(client)
    order = [page.index(f"the {title} one") for title in ("late", "now", "later", "undated")]
    assert order == sorted(order)
    assert "1 task is late." in page
    assert "3 days late" in page


def test_mine_my_teams_and_everybodys(client: Client) -> None:
    team = Team.objects.create(name="東日本")
    me, mate, other = a_user(team=team), a_user(team=team), a_user()
    for who, title in ((me, "T-me"), (mate, "T-mate"), (other, "T-other")):
        a_task(title=title, owner=who)
    client.force_login(me)
    seen = {scope: page_of(client, f"?scope={scope}") for scope in ("mine", "team", "all")}
    counts = {
        scope: sum(t in page for t in ("T-me", "T-mate", "T-other")) for scope, page in seen.items()
    }
    assert counts == {"mine": 1, "team": 2, "all": 3}


def test_done_ones_are_apart(client: Client) -> None:
    me = a_user()
    client.force_login(me)
    a_task(title="T-done", owner=me, done_at=clock.now())
    assert "T-done" not in page_of(client)
    assert "T-done" in page_of(client, "?state=done")


def test_an_empty_list_leads_to_today(client: Client) -> None:
    client.force_login(a_user(language="en"))
    assert "See who needs you today" in page_of(client)


def test_another_teams_task_has_no_button(client: Client) -> None:
    a_task(title="T-theirs", owner=a_user(), account=an_account(owner=a_user()))
    client.force_login(a_user())
    page = page_of(client, "?scope=all")
    assert "T-theirs" in page
    assert "data-complete" not in page


def test_the_query_count_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    me = a_user()
    client.force_login(me)
    for _ in range(40):
        a_task(owner=me, account=an_account(owner=me), due_on=TODAY)
    page_of(client)
    with django_assert_num_queries(7):
        page_of(client)


def test_it_speaks_japanese(client: Client) -> None:
    me = a_user(language="ja")
    client.force_login(me)
    a_task(owner=me, due_on=TODAY - timedelta(days=3))
    page = page_of(client)
    assert "3日遅れ" in page
    assert "期限切れのタスクが1件あります。" in page
