from __future__ import annotations

import pytest
from django.test import Client

from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.tests.builders import a_metric
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_metric_is_taken_out_of_use_and_kept(client: Client) -> None:
    metric = a_metric()
    client.force_login(a_user(role="csm"))
    assert client.post(f"/metrics/{metric.key}/retire/").status_code == 403
    client.force_login(a_user(role="manager", language="en"))
    assert client.post(f"/metrics/{metric.key}/retire/").status_code == 302
    assert not MetricDefinition.objects.exists()
    assert MetricDefinition.with_retired.exists()
    assert client.get(f"/metrics/{metric.key}/").status_code == 404
