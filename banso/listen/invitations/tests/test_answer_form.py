"""The form as plain HTML, for browsers without our script, and what links must not open."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations import doorkeeping
from banso.listen.invitations.models import Invitation
from banso.listen.invitations.tests.builders import an_open_wave, path_of, public_path
from banso.listen.invitations.writes.waves import close_wave
from banso.listen.surveys.models import Asked, Response
from banso.shared import clock
from banso.shared.clock import held_at
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
FIRST = {"page": "0", "seen": ["trouble"], "do": "next"}
LAST_KEYS = ["satisfaction", "intent", "recommend", "miss", "comment"]
LAST = {
    "page": "2", "seen": LAST_KEYS, "do": "send", "a.satisfaction": "4", "a.intent": "4",
    "a.recommend": "9", "a.miss": "2", "a.comment": "  とても便利です ",
}  # fmt: skip


@pytest.fixture
def path() -> str:
    a_person(an_account(), email="a@example.jp")
    an_open_wave()
    run_owed()
    return path_of(Invitation.objects.get())


def post(client: Client, path: str, given: dict[str, Any], **more: Any) -> Any:
    body = urlencode(given, doseq=True)
    return client.post(path, body, "application/x-www-form-urlencoded", **more)


def test_page_by_page_without_a_script_and_finished_later(client: Client, path: str) -> None:
    opened = post(client, path, FIRST | {"a.trouble": "yes"}).content.decode()
    assert 'name="page" value="0"' in opened and "a.trouble_kind" in opened
    onward = {"seen": ["trouble", "trouble_kind", "consulted"], "a.trouble": "yes"}
    second = post(
        client, path,
        FIRST | onward | {"a.trouble_kind": ["operation", "other:"], "o.trouble_kind": "帳票",
                          "a.consulted": "no"},
    ).content.decode()  # fmt: skip
    assert "a.why_not" in second and "a.channel" not in second
    response = Response.objects.get()
    assert response.draft["trouble_kind"] == ["operation", "other:帳票"]
    assert response.submitted_on is None and response.answers == {}
    # another day, another browser: the same link goes on where it stopped
    again = Client().get(path).content.decode()
    assert 'name="page" value="1"' in again and "a.why_not" in again
    before = post(Client(), path, {"page": "1", "seen": [], "do": "back"}).content.decode()
    assert 'value="operation" checked' in before and "帳票" in before
    post(client, path, {"page": "1", "seen": ["why_not"], "do": "next", "a.why_not": ["time"]})
    done = post(client, path, LAST)
    assert done.headers["Location"].startswith(f"{path}thanks/")
    response.refresh_from_db()
    assert response.submitted_on == clock.today() and response.leaf == "not_consulted"
    assert response.answers["comment"] == "とても便利です" and response.recommend == 9


def test_a_page_with_faults_stays_and_keeps_what_was_typed(client: Client, path: str) -> None:
    answer = post(client, path, FIRST, headers={"accept-language": "ja"})
    assert answer.status_code == 422 and "plain-fault" in answer.content.decode()
    long = post(client, path, LAST | {"a.comment": "あ" * 340_000, "a.recommend": "11"})
    text = long.content.decode()
    assert long.status_code == 422 and "10,000 characters" in text and "あ" * 340_000 in text
    draft = Response.objects.get().draft
    assert draft["satisfaction"] == 4 and "comment" not in draft and "recommend" not in draft
    assert not Response.objects.filter(submitted_on__isnull=False).exists()


def test_back_keeps_what_the_page_held(client: Client, path: str) -> None:
    given = {**LAST, "do": "back", "a.intent": ""}
    answer = post(client, path, given)
    assert answer.status_code == 200 and 'name="page" value="0"' in answer.content.decode()
    assert Response.objects.get().draft["satisfaction"] == 4


def test_the_switch_keeps_what_was_typed(client: Client, path: str) -> None:
    given = {"page": "0", "seen": ["trouble"], "a.trouble": "no", "language": "en"}
    text = post(client, path, given | {"do": "stay"}, headers={"accept-language": "ja"})
    assert "did you run into any trouble" in text.content.decode()
    assert 'value="no" checked' in text.content.decode()


def test_the_browsers_language_and_a_switch(client: Client, path: str) -> None:
    japanese = client.get(path, headers={"accept-language": "ja,en;q=0.8"})
    assert "お困りごと" in japanese.content.decode() and japanese["Content-Language"] == "ja"
    english = client.get(f"{path}?language=en", headers={"accept-language": "ja"})
    assert "did you run into any trouble" in english.content.decode()
    other = client.get(path, headers={"accept-language": "fr"})
    assert "did you run into any trouble" in other.content.decode()


def test_nothing_of_the_page_is_kept_or_passed_on(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer["Referrer-Policy"] == "no-referrer" and "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"] and "sessionid" not in answer.cookies
    assert not Response.objects.exists(), "opening a link, as mail scanners do, begins nothing"


@pytest.mark.parametrize("wrong", ["x", "A" * 32, "あ", "A" * 5000, "a b", "%00"])
def test_a_link_of_nobody_leads_nowhere(client: Client, db: None, wrong: str) -> None:
    answer = client.get(f"/s/{wrong}/", headers={"accept-language": "ja"})
    assert answer.status_code == 404 and "リンク" in answer.content.decode()


def test_guessing_is_slowed_down(client: Client, path: str, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doorkeeping, "MISSES", (5.0, 0.001))
        answers = [client.get(f"/s/{n:032d}/").status_code for n in range(8)]
        assert answers == [404] * 5 + [429] * 3
        elsewhere = client.get(path, REMOTE_ADDR="203.0.113.9")
        assert elsewhere.status_code == 200
    assert "/s/" not in caplog.text, "the address is the key: logs must not hold it"


def test_expired_closed_and_not_begun(client: Client, path: str) -> None:
    later = clock.now() + timedelta(days=61)
    with held_at(later):
        expired = client.get(path)
        assert expired.status_code == 410 and "expired" in expired.content.decode()
        assert post(client, path, LAST).status_code == 410
    wave = Invitation.objects.get().wave
    close_wave(by=None, wave=wave)
    closed = post(client, path, LAST)
    assert closed.status_code == 410 and "closed" in closed.content.decode()
    assert not Response.objects.exists()
    begins = an_open_wave(opens_on=clock.today() + timedelta(days=2), has_public_link=True)
    early = client.get(public_path(begins))
    assert early.status_code == 409 and "not begun" in early.content.decode()


def test_the_last_day_ends_at_midnight_of_the_organisation(client: Client, path: str) -> None:
    wave = an_open_wave(closes_on=clock.today(), has_public_link=True)
    assert client.get(public_path(wave)).status_code == 200
    with held_at(clock.now() + timedelta(days=1)):
        assert client.get(public_path(wave)).status_code == 410


def test_a_public_link_is_gone_on_with_in_the_same_browser(client: Client, db: None) -> None:
    wave = an_open_wave(has_public_link=True)
    path = public_path(wave)
    client.get(path)
    post(client, path, FIRST | {"a.trouble": "no"})
    post(client, path, FIRST | {"a.trouble": "no"})
    assert Response.objects.get().draft == {"trouble": "no"}
    assert "your answers so far" in client.get(path).content.decode()
    assert "your answers so far" not in Client().get(path).content.decode()
    post(client, path, LAST | {"a.satisfaction": "5"})
    post(client, path, LAST)
    response = Response.objects.get()
    assert (response.satisfaction, response.origin, response.account) == (4, "public", None)


def test_without_cookies_the_form_itself_remembers(client: Client, db: None) -> None:
    path = public_path(an_open_wave(has_public_link=True))
    page = client.get(path).content.decode()
    resume = page.split('name="resume" value="')[1].split('"')[0]
    post(Client(), path, FIRST | {"a.trouble": "no", "resume": resume})
    post(Client(), path, LAST | {"resume": resume})
    assert Response.objects.get().leaf == "no_trouble"
    # a secret of another wave, or none of ours, finds nothing
    other = public_path(an_open_wave(has_public_link=True))
    assert (
        'value="no" checked'
        not in post(Client(), other, {**FIRST, "do": "stay", "resume": resume}).content.decode()
    )


def test_a_colleague_answers_about_a_customer(client: Client, db: None) -> None:
    owner = a_user(name="担当 一郎", email="owner@example.jp")
    account: Account = an_account(name="あおば製作所", owner=owner)
    an_open_wave(asked=Asked.COLLEAGUES, mailing={"owners_answer": True})
    run_owed()
    path = path_of(Invitation.objects.get())
    assert "あおば製作所" in client.get(path).content.decode()
    post(client, path, FIRST | {"a.trouble": "no"})
    post(client, path, LAST)
    response = Response.objects.get()
    assert (response.account, response.user, response.person) == (account, owner, None)
