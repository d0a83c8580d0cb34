from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.prove.effects.models import Assigned
from banso.prove.effects.tests.builders import a_measure, renewing
from banso.prove.effects.tests.test_holdouts import begun
from banso.prove.effects.writes import begin_measure, remove_measure
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def told(day: date) -> str:
    with override("en"):
        return date_format(day, "SHORT_DATE_FORMAT")


def shown(client: Client, account: Account) -> str:
    client.force_login(a_user(role="csm"))
    return client.get(reverse("accounts:account_detail", args=[account.pk])).content.decode()


def test_who_serves_a_held_out_customer_sees_it(client: Client) -> None:
    renewing(60)
    holdout = begun(share=0.3)
    for is_held_out, words in ((True, "Held out at random"), (False, "Drawn to be treated")):
        row = Assigned.objects.filter(holdout=holdout, is_held_out=is_held_out).first()
        assert row is not None
        page = shown(client, row.account)
        assert words in page and holdout.measure.name in page
    last = date.fromisoformat(holdout.looks[-1]["on"])
    held = Assigned.objects.filter(holdout=holdout, is_held_out=True).first()
    assert held is not None and f"before {told(last)}" in shown(client, held.account)


def test_a_customer_without_measures_has_no_such_part(client: Client) -> None:
    account = an_account()
    assert "panel-measures" not in shown(client, account)
    measure = a_measure({account.pk: date(2026, 3, 1)})
    assert "panel-measures" not in shown(client, account), "a draft concerns nobody"
    begin_measure(by=None, measure=measure)
    assert f"Treated on {told(date(2026, 3, 1))}" in shown(client, account)
    remove_measure(by=None, measure=measure)
    assert "panel-measures" not in shown(client, account)
