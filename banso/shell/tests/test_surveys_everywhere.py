"""Every page about surveys on a company of twenty: with no survey, and with a dozen answers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from banso.know.accounts.models import Account
from banso.know.people.tests.builders import a_person
from banso.listen.surveys.tests.builders import CALM, PLEASED, SILENT, a_response, a_wave
from banso.shared.clock import held_at
from banso.shared.journal.jobs import run_owed
from banso.shell.tests import test_every_company as every
from banso.shell.tests.test_every_company import Walk, twenty

pytestmark = pytest.mark.django_db
ABOUT_SURVEYS = (
    "surveys", "invitations", "earlier", "experience", "contrasts", "scenarios", "visits",
)  # fmt: skip
LEADS_ON = "btn-primary"
IN_BOTH = ("/visits/thanks/words/", "/file/")
"""What holds English beside Japanese on purpose: the words of mails, and surveys as files."""


def faults(walk: Walk) -> list[str]:
    return [one for one in walk.faults if not one.partition(": ")[0].endswith(IN_BOTH)]


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> date:
    monkeypatch.setattr(every, "APPS", ABOUT_SURVEYS)
    day = twenty(tmp_path)
    with held_at(day):
        while run_owed():
            pass
    return day


def answered(day: date) -> None:
    """A dozen people of a dozen customers, this year."""
    wave = a_wave(opens_on=day - timedelta(days=20), closes_on=day - timedelta(days=3))
    given = [CALM, PLEASED, SILENT, PLEASED | {"answer": "below", "comment": "遅い"}]
    for place, account in enumerate(Account.objects.order_by("pk")[:12]):
        person = a_person(account, email=f"p{place}@example.jp")
        a_response(
            wave, given[place % 4], account=account, person=person,
            submitted_on=day - timedelta(days=10),
        )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "ja"])
def test_without_a_survey_every_page_opens_and_says_what_to_do(
    company: date, language: str
) -> None:
    walk = Walk(day=company, language=language)
    walk.everywhere()
    assert not faults(walk), "\n".join(faults(walk))
    for path in ("/experience/", "/contrasts/", "/what-if/", "/visits/", "/visits/done/"):
        assert LEADS_ON in walk.get(path).content.decode(), f"{path} leads nowhere"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_with_a_dozen_answers_every_page_opens(company: date, language: str) -> None:
    answered(company)
    with held_at(company):
        while run_owed():
            pass
    walk = Walk(day=company, language=language)
    walk.everywhere()
    assert not faults(walk), "\n".join(faults(walk))
