from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from banso.measure.metrics.models import Refresh, WeeklyCourse
from banso.measure.metrics.tests.builders import TODAY, a_metric, a_summary
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_progress_asks_again_until_it_is_complete(client: Client) -> None:
    Refresh.objects.create(pk=1, first_day=date(2025, 6, 24))
    metric = a_metric()
    a_summary(metric)
    client.force_login(a_user(language="en"))
    with clock.held_at(TODAY):
        answer = client.get(f"/metrics/{metric.key}/progress/")
        assert "0 of 1 weeks" in answer.content.decode()
        assert "HX-Refresh" not in answer
        WeeklyCourse.objects.create(definition=metric, version=1, day=TODAY, n=0, censored=0)
        assert client.get(f"/metrics/{metric.key}/progress/")["HX-Refresh"] == "true"
