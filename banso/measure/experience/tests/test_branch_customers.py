"""Which customers, and who there, stand at a branch?"""

from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.surveys.tests.builders import a_wave
from banso.measure.experience.tests.builders import an_answer, answers
from banso.measure.experience.tests.test_experience_result import said, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/experience/branch/"


def test_the_unhappiest_come_first(client: Client) -> None:
    wave = a_wave()
    for name, intent in (("Calm", 3), ("Angry", 1)):
        account = an_account(name=name)
        person = a_person(account, name=f"{name} person")
        answer = an_answer(wave, "below", account, intent=intent)
        answer.person = person
        answer.save()
    answers(wave, "above", 1)
    page = said(signed_in(client), f"{PAGE}?wave={wave.pk}&branch=below")
    assert "2 customers, 2 people" in page
    assert page.index("Angry person") < page.index("Calm person")
    assert "Calm person" not in said(client, f"{PAGE}?wave={wave.pk}&branch=below&q=angry")


def test_a_file_of_them_is_safe(client: Client) -> None:
    wave = a_wave()
    an_answer(wave, "above", an_account(name="=HYPERLINK(1)"))
    reply = signed_in(client).get(f"{PAGE}?wave={wave.pk}&branch=above&format=csv")
    text = b"".join(reply).decode()
    assert "'=HYPERLINK(1)" in text and text.count("\n") == 2


def test_who_named_a_kind_of_trouble(client: Client) -> None:
    wave = a_wave()
    an_answer(wave, "above", an_account(name="Operated"))
    an_answer(wave, "not_consulted", an_account(name="Puzzled"))
    page = said(signed_in(client), f"{PAGE}?chosen=trouble_kind:operation")
    assert "Operated" in page and "Puzzled" not in page


def test_an_anonymous_wave_lists_nobody(client: Client) -> None:
    wave = a_wave(is_anonymous=True)
    answers(wave, "above", 20)
    page = said(signed_in(client), f"{PAGE}?wave={wave.pk}&branch=above")
    assert "nobody can be listed" in page
    for address in (f"{PAGE}?wave={wave.pk}&format=csv", f"{PAGE}?format=csv"):
        assert client.get(address)["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("query", ["branch=roots", "chosen=name:x", "wave=0"])
def test_what_is_not_there_is_not_found(client: Client, query: str) -> None:
    answers(a_wave(), "above", 1)
    assert signed_in(client).get(f"{PAGE}?{query}").status_code == 404
