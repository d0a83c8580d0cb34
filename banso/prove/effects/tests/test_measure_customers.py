from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.prove.effects.tests.builders import companies, renewing
from banso.prove.effects.tests.test_holdouts import begun
from banso.prove.effects.tests.test_measure_detail import begin
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_every_comparison_leads_to_its_customers(client: Client) -> None:
    treated = companies(300)
    measure = begin(treated)
    result = measure.results.get()
    Account.objects.filter(pk=min(treated)).update(name="=cmd|' /C calc'!A0")
    client.force_login(a_user(role="viewer"))
    address = reverse("effects:measure_customers", args=[measure.pk])
    page = client.get(address, {"result": str(result.pk)}).content.decode()
    assert "Treated" in page and "あおば製作所" in page
    file = client.get(address, {"result": str(result.pk), "format": "csv"})
    text = b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.count("\n") > len(treated) and "\n'=cmd" in text.replace('"', "")
    assert client.get(address, {"result": "no"}).status_code == 404
    assert client.get(address, {"result": str(result.pk), "page": "zz"}).status_code == 200


def test_the_groups_of_a_draw_can_be_taken_to_a_spreadsheet(client: Client) -> None:
    renewing(100)
    holdout = begun(share=0.2)
    client.force_login(a_user(role="csm"))
    address = reverse("effects:measure_customers", args=[holdout.measure_id])
    assert "Held out" in client.get(address).content.decode()
    file = client.get(address, {"format": "csv"})
    text = b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.count("Held out") == 20 and text.count("Treated") == 80
