from __future__ import annotations

import html
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from banso.prove.hypotheses.models import Hypothesis, LedgerEntry
from banso.prove.hypotheses.tests.builders import an_hypothesis
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def see(client: Client) -> str:
    client.force_login(a_user(language="en"))
    return html.unescape(client.get(reverse("hypotheses:ledger")).content.decode())


def test_the_page_computes_the_chain_anew(client: Client) -> None:
    made = [an_hypothesis(), an_hypothesis()]
    text = see(client)
    assert "No. All 2 entries were computed anew just now, and the chain holds." in text
    assert LedgerEntry.objects.latest("number").digest in text
    Hypothesis.objects.filter(pk=made[0].pk).update(smallest=0.3)
    assert f"no longer say what was written down: {made[0].pk}." in see(client)
    LedgerEntry.objects.filter(number=1).update(moment="2020-01-01")
    assert "The chain breaks at entry 1" in see(client)


def test_the_command_proves_the_same(client: Client) -> None:
    hypothesis = an_hypothesis()
    said = StringIO()
    call_command("ledger", stdout=said)
    assert LedgerEntry.objects.get().digest in said.getvalue()
    Hypothesis.objects.filter(pk=hypothesis.pk).update(statement="別のこと")
    with pytest.raises(CommandError, match=str(hypothesis.pk)):
        call_command("ledger", stdout=said)


def test_the_whole_chain_can_be_taken_along(client: Client) -> None:
    an_hypothesis()
    client.force_login(a_user())
    lines = b"".join(client.get(reverse("hypotheses:ledger"), {"format": "csv"})).decode()
    assert LedgerEntry.objects.get().digest in lines
