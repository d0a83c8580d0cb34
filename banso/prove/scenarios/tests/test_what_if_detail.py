from __future__ import annotations

from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse

from banso.know.subscriptions.models import Subscription
from banso.listen.surveys.models import Wave
from banso.listen.surveys.writes import create_wave
from banso.prove.contrasts.tests.builders import an_answered_wave
from banso.prove.scenarios.jobs import compare_what_ifs
from banso.prove.scenarios.models import Came
from banso.prove.scenarios.tests.builders import TODAY
from banso.prove.scenarios.tests.keeping import a_kept_one
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_what_was_expected_stays_as_it_was(client: Client) -> None:
    client.force_login(a_user())
    kept = a_kept_one(consulted=0.95)
    address = reverse("scenarios:what_if_detail", args=[kept.pk])
    page = client.get(address).text
    assert "What was expected" in page and "customers kept (" in page and "not a promise" in page
    pdf = client.get(address, {"format": "pdf"}).content
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    assert client.get(reverse("scenarios:what_if_detail", args=[kept.pk + 1])).status_code == 404


def test_after_a_year_it_is_held_against_what_came(client: Client) -> None:
    client.force_login(a_user())
    kept = a_kept_one(trouble=0.3)
    with clock.held_at(TODAY + timedelta(days=100)):
        compare_what_ifs()
    assert not Came.objects.exists(), "its day has not come"
    gone = Subscription.objects.order_by("pk")[:30].values_list("pk", flat=True)
    Subscription.objects.filter(pk__in=list(gone)).update(
        end=TODAY + timedelta(days=90), outcome="churned"
    )
    first = Wave.objects.get()
    opens = TODAY + timedelta(days=300)
    again = create_wave(by=None, version=first.version, name="翌年", opens_on=opens)
    later = TODAY + timedelta(days=366)
    with clock.held_at(later):
        record("subscriptions.upserted", by=None)
        an_answered_wave(300, day=opens, wave=again, seed=4)
        compare_what_ifs()
        compare_what_ifs()
        page = client.get(reverse("scenarios:what_if_detail", args=[kept.pk])).text
    came = Came.objects.get()
    assert (came.figures["n"], came.figures["kept"]) == (120, 90)
    assert came.figures["now"]["wave"] == "翌年"
    assert "Of 120 customers 90 are still there: 25.0% left." in page and "翌年" in page
    assert "Other things may have changed as well" in page
    assert Entry.objects.filter(kind="what_if.compared").count() == 1
