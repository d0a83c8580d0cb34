from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.prove.patterns.models import Use
from banso.prove.patterns.reads import uses_of
from banso.prove.patterns.tests.builders import a_pattern
from banso.prove.patterns.writes import mark_used
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_one_takes_back_ones_own_and_may_mark_it_again(client: Client) -> None:
    pattern, account, user = a_pattern(), an_account(), a_user()
    use = mark_used(by=user, pattern=pattern, account=account, used_on=clock.today())
    client.force_login(a_user())
    address = f"/patterns/{pattern.pk}/use/{use.pk}/back/"
    assert client.post(address).status_code == 404
    client.force_login(user)
    client.post(address)
    assert uses_of(pattern) == []
    assert Use.objects.get().taken_back_at is not None
    mark_used(by=user, pattern=pattern, account=account, used_on=clock.today())
    assert len(uses_of(pattern)) == 1
