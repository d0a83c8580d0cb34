from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.notes.models import Note
from banso.listen.imports.models import ImportRun, State
from banso.measure.metrics.models import AccountMeasures
from banso.prove.studies.models import EvidenceRun
from banso.shared.journal.models import Job

pytestmark = pytest.mark.django_db
SIZE = 8


def demo() -> str:
    said = StringIO()
    call_command("demo", no_serve=True, customers=SIZE, stdout=said)
    return said.getvalue()


def test_the_sample_stays_out_of_somebodys_data() -> None:
    an_account()
    with pytest.raises(CommandError, match="BANSO_HOME"):
        demo()
    assert Account.objects.count() == 1


def test_the_sample_is_ready_when_the_browser_opens_and_comes_once() -> None:
    said = demo()
    assert "admin@example.jp" in said
    assert "banso-demo" in said
    assert Account.objects.count() == SIZE
    assert Note.objects.exists()
    assert set(ImportRun.objects.values_list("state", "refused")) == {(State.DONE, 0)}
    assert AccountMeasures.objects.exists()
    assert EvidenceRun.objects.filter(finished_at__isnull=False).exists()
    assert not Job.objects.exclude(given_up_at=None).exists()

    notes = Note.objects.count()
    assert "there already" in demo()
    assert (Account.objects.count(), Note.objects.count()) == (SIZE, notes)
