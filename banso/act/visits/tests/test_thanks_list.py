from __future__ import annotations

import socket
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from banso.act.visits import jobs
from banso.act.visits.models import Thanks
from banso.act.visits.tests.builders import an_answer
from banso.act.visits.writes import thank
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Person
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.tests.mail_server import a_mail_server, through
from banso.listen.invitations.writes.sending import opt_out
from banso.listen.surveys.models import Wave
from banso.listen.surveys.tests.builders import CALM, a_response, a_wave
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.users.models import Team
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("visits:thanks_list")


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_user(role="manager"))
    return client


def send(client: Client, wave: Wave, do: str, *answers: Any) -> str:
    data = {"wave": wave.pk, "do": do, "answer": [answer.pk for answer in answers]}
    return client.post(PAGE, data, follow=True).content.decode()


def test_everybody_is_mailed_once_in_their_language(manager: Client) -> None:
    wave = a_wave()
    account = an_account()
    an_answer(wave, account, person=a_person(account, name="山田 花子", email="h@example.jp"))
    an_answer(wave, language="en")
    text = send(manager, wave, "mail-all")
    assert "2 thank-you mails are on their way" in text
    run_owed()
    assert sorted(one.subject for one in mail.outbox) == [
        "Thank you for answering our survey", "アンケートへのご回答のお礼",
    ]  # fmt: skip
    assert any("山田 花子様" in str(one.body) for one in mail.outbox)
    send(manager, wave, "mail-all")
    run_owed()
    assert len(mail.outbox) == 2
    assert set(Thanks.objects.values_list("state", flat=True)) == {"done"}
    assert Entry.objects.filter(kind="visit.thanked").count() == 2


def test_one_person_at_two_customers_is_thanked_once(manager: Client) -> None:
    wave, person = a_wave(), a_person(email="one@example.jp")
    for _ in range(2):
        an_answer(wave, person=person)
    send(manager, wave, "mail-all")
    run_owed()
    assert len(mail.outbox) == 1
    assert "0 of 2 answers still wait" in manager.get(PAGE).content.decode()


def test_those_ticked_are_marked_without_a_mail(manager: Client) -> None:
    wave = a_wave()
    one, other = an_answer(wave), an_answer(wave)
    assert "1 person marked as thanked" in send(manager, wave, "person", one)
    send(manager, wave, "person", one)
    assert mail.outbox == []
    assert Thanks.objects.get().response_id == one.pk
    text = manager.get(PAGE, {"state": "left"}).content.decode()
    assert str(other.person) in text
    assert str(one.person) not in text


def test_nobody_without_an_address_is_lost(manager: Client) -> None:
    wave, account = a_wave(), an_account()
    an_answer(wave, account, person=a_person(account, email=""))
    assert "no e-mail address: thank them in person" in send(manager, wave, "mail-all")
    assert not Thanks.objects.exists()


def test_another_teams_customers_are_not_written_to(client: Client) -> None:
    theirs = an_account(owner=a_user(team=Team.objects.create(name="他のチーム")))
    wave = a_wave()
    answer = an_answer(wave, theirs)
    client.force_login(a_user(role="csm", team=Team.objects.create(name="わたしたち")))
    send(client, wave, "mail", answer)
    assert not Thanks.objects.exists()
    client.force_login(a_user(role="viewer"))
    assert client.post(PAGE, {"wave": wave.pk, "do": "mail-all"}).status_code == 403


def test_an_anonymous_wave_thanks_nobody(manager: Client) -> None:
    wave = a_wave(is_anonymous=True)
    a_response(wave, CALM)
    send(manager, wave, "mail-all")
    assert not Thanks.objects.exists()
    assert "anonymous wave" in manager.get(PAGE, {"wave": wave.pk}).content.decode()


def test_a_mail_that_was_refused_is_sent_again_when_asked(manager: Client) -> None:
    wave = a_wave()
    an_answer(wave, language="ja")
    send(manager, wave, "mail-all")
    with through(free_port()):
        run_owed()
    thanks = Thanks.objects.get()
    assert thanks.state == "failed" and "refused" in thanks.error
    assert "1 mail needs a look" in manager.get(PAGE).content.decode()
    with a_mail_server() as server:
        send(manager, wave, "again")
        run_owed()
    (mail_sent,) = server.mails
    assert str(mail_sent["Subject"]) == "アンケートへのご回答のお礼"
    assert Thanks.objects.get().state == "done"


def test_an_address_that_the_server_refuses_does_not_stop_the_others(manager: Client) -> None:
    wave = a_wave()
    bad, good = an_answer(wave), an_answer(wave)
    assert bad.person is not None and good.person is not None
    send(manager, wave, "mail-all")
    with a_mail_server() as server:
        server.refuses[bad.person.email] = "550 no such user"
        run_owed()
    assert len(server.to(good.person.email)) == 1
    states = dict(Thanks.objects.values_list("person", "state"))
    assert states == {bad.person_id: "failed", good.person_id: "done"}


def test_a_mail_that_was_perhaps_sent_is_not_sent_again(manager: Client) -> None:
    wave = a_wave()
    answer = an_answer(wave)
    assert answer.person is not None
    send(manager, wave, "mail-all")
    with a_mail_server() as server:
        server.hangs_up_at.add(answer.person.email)
        run_owed()
    assert Thanks.objects.get().state == "unsure"
    with a_mail_server() as server:
        send(manager, wave, "again")
        jobs.send_thanks(wave=wave.pk)
    assert server.mails == []
    assert Thanks.objects.get().state == "unsure"


def test_a_worker_killed_after_the_mail_was_taken_does_not_double_it(manager: Client) -> None:
    wave = a_wave()
    an_answer(wave), an_answer(wave)
    send(manager, wave, "mail-all")

    def die(**_: Any) -> None:
        raise KeyboardInterrupt

    with a_mail_server() as server:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(jobs, "keep_result", die)
            with pytest.raises(KeyboardInterrupt):
                jobs.send_thanks(wave=wave.pk)
        jobs.send_thanks(wave=wave.pk)
    assert len(server.mails) == 2
    assert sorted(Thanks.objects.values_list("state", flat=True)) == ["done", "unsure"]


def test_who_asked_not_to_be_written_to_gets_no_mail(manager: Client) -> None:
    wave = a_wave()
    answer = an_answer(wave)
    assert answer.person is not None
    opt_out(email=answer.person.email)
    assert "asked not to be written to" in send(manager, wave, "mail-all")
    assert not Thanks.objects.exists()


def test_two_who_thank_at_once_thank_nobody_twice() -> None:
    wave = a_wave()
    an_answer(wave)
    first, second = (a_user(role="manager") for _ in range(2))
    done = [thank(by=by, wave=wave, means="mail") for by in (first, second)]
    assert [one.now for one in done] == [1, 0]


def test_what_somebody_is_called_is_no_header(manager: Client) -> None:
    wave, account = a_wave(), an_account()
    name = "花子\r\nBcc: everybody@example.jp"
    an_answer(wave, account, person=a_person(account, name=name, email="h@example.jp"))
    url = reverse("visits:thanks_words")
    words = {"subject_ja": "{name}様", "body_ja": "{name}様", "subject_en": "x", "body_en": "y"}
    manager.post(url, words | {"wave": wave.pk})
    send(manager, wave, "mail-all")
    run_owed()
    assert mail.outbox[0].subject == "花子 Bcc: everybody@example.jp様"
    assert mail.outbox[0].recipients() == ["h@example.jp"]


def test_the_file_says_who_was_thanked(manager: Client) -> None:
    wave = a_wave()
    send(manager, wave, "person", an_answer(wave))
    an_answer(wave)
    text = manager.get(PAGE, {"format": "csv"}).getvalue().decode()
    assert text.count("Thanked (In person or by telephone)") == 1
    assert len(text.strip().splitlines()) == 3


def test_who_is_forgotten_takes_their_thanks_along() -> None:
    from banso.act.visits.writes import forget
    from banso.know.forgetting.registry import Identity

    wave = a_wave()
    answer = an_answer(wave)
    thank(by=a_user(role="manager"), wave=wave, means="person")
    person = Person.objects.get()
    assert answer.person_id == person.pk
    (trace,) = forget(Identity(person.pk, person.external_id, person.name, person.email, ""))
    assert (trace.rows, trace.how) == (1, "removed")
    assert not Thanks.objects.exists()
    assert Account.objects.exists()
