from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.prove.patterns.models import Pattern, Use
from banso.prove.patterns.tests.builders import a_pattern, page
from banso.prove.patterns.treatments import choices
from banso.prove.patterns.writes import mark_used
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_it_leaves_the_list_and_the_customers_and_stays_on_record(client: Client) -> None:
    owner, account = a_user(), an_account(industry="製造")
    pattern = a_pattern(by=owner, name="製造の型", query="industry=製造")
    mark_used(by=owner, pattern=pattern, account=account, used_on=clock.today())
    client.force_login(owner)
    client.post(f"/patterns/{pattern.pk}/remove/")
    assert "製造の型" not in page(client, "pattern_list")
    assert (
        f"/patterns/{pattern.pk}/" not in client.get(f"/customers/{account.pk}/").content.decode()
    )
    assert choices() == []
    assert Pattern.objects.get().removed_at is not None
    assert Use.objects.count() == 1


def test_another_csm_may_not(client: Client) -> None:
    pattern = a_pattern()
    client.force_login(a_user())
    assert client.post(f"/patterns/{pattern.pk}/remove/").status_code == 403
