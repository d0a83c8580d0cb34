from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.visits.tests.builders import DAY, a_visit
from banso.act.visits.writes import call_off, hold_visit
from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("visits:visit_list")


def test_planned_held_and_called_off_stand_apart(client: Client) -> None:
    manager = a_user(role="manager")
    client.force_login(manager)
    planned, held, off = (an_account() for _ in range(3))
    a_visit(planned)
    hold_visit(by=manager, visit=a_visit(held), held_on=DAY, found="月末だけ使う", usage={})
    call_off(by=manager, visit=a_visit(off))
    for state, account in (("open", planned), ("held", held), ("off", off)):
        text = client.get(PAGE, {"state": state}).content.decode()
        assert [a.name for a in (planned, held, off) if a.name in text] == [account.name]
    file = client.get(PAGE, {"state": "held", "format": "csv"}).getvalue().decode()
    assert "月末だけ使う" in file


def test_an_owner_narrows_it_and_an_empty_list_leads_on(client: Client) -> None:
    user = a_user()
    client.force_login(user)
    a_visit(an_account())
    text = client.get(PAGE, {"owner": "mine"}).content.decode()
    assert "See whom to visit" in text
    assert "See whom to visit" not in client.get(PAGE).content.decode()
