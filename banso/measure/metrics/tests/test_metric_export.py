from __future__ import annotations

from typing import cast

import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics.tests.builders import a_metric, measures
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_every_customer_is_a_line(client: Client) -> None:
    metric = a_metric()
    measures(an_account(external_id="1", name="=cmd|x"), logins=(12.0, True))
    measures(an_account(external_id="2", name="みなと食品"), logins=None)
    client.force_login(a_user(language="en"))
    answer = cast(StreamingHttpResponse, client.get(f"/metrics/{metric.key}/values.csv"))
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines == ["External id,Name,Logins,Not yet", "1,'=cmd|x,12.0,yes", "2,みなと食品,,"]
