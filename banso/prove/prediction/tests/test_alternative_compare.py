from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.prediction.tests.builders import (
    an_alternative,
)
from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_anybody_may_have_it_compared_again_and_asking_twice_does_it_once(client: Client) -> None:
    alternative = an_alternative()
    client.force_login(a_user(role="viewer"))
    for _twice in range(2):
        client.post(reverse("prediction:alternative_compare", args=[alternative.pk]))
    assert Job.objects.filter(name="prediction.compare").count() == 1
