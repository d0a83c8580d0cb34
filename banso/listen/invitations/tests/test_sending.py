"""Mails through a real server: refused, put off, the server down, and killed at any moment."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.core import mail

from banso.know.accounts.tests.builders import an_account
from banso.know.forgetting.writes import forget_person
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.jobs import make_the_round
from banso.listen.invitations.models import Invitation, Mailing, Reason, State
from banso.listen.invitations.tests.builders import a_planned_wave, an_open_wave, path_of
from banso.listen.invitations.tests.mail_server import MailServer, a_mail_server, through
from banso.listen.invitations.writes.answering import hand_in_through
from banso.listen.invitations.writes.waves import (
    close_wave,
    keep_planned,
    open_wave,
    reopen_wave,
)
from banso.listen.surveys.models import Asked, Response, Wave
from banso.listen.surveys.tests.builders import CALM, a_response, a_wave
from banso.shared import clock
from banso.shared.clock import held_at
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.rules import LEASE
from banso.shared.users.models import Organisation
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def people(n: int) -> list[str]:
    account = an_account()
    addresses = [f"p{number}@example.jp" for number in range(n)]
    for address in addresses:
        a_person(account, email=address)
    return addresses


def times(server: MailServer) -> Counter[str]:
    return Counter(str(one["To"]) for one in server.mails)


def test_each_in_the_language_of_who_gets_it_with_a_way_out() -> None:
    Organisation.objects.create(pk=1, name="伴走\r\n株式会社", language="ja")
    account = an_account()
    a_person(account, name="Jane", email="jane@example.com", custom={"language": "en"})
    a_person(account, name="花子", email="hanako@example.jp")
    with a_mail_server() as server:
        wave = an_open_wave(closes_on=clock.today() + timedelta(days=9))
        run_owed()
    (jane,), (hanako,) = server.to("jane@example.com"), server.to("hanako@example.jp")
    assert "Customer experience survey" in jane["Subject"] and "Dear Jane" in server.text_to(
        "jane@example.com"
    )
    assert "お客様満足度調査" in hanako["Subject"] and "花子 様" in server.text_to(
        "hanako@example.jp"
    )
    html = hanako.get_body(("html",))
    assert (
        html is not None and "回答する" in html.get_content() and 'lang="ja"' in html.get_content()
    )
    one = Invitation.objects.get(wave=wave, email="hanako@example.jp")
    assert path_of(one, "stop/") in hanako["List-Unsubscribe"]
    assert hanako["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "伴走" in str(hanako["From"]) and "survey@example.jp" in str(hanako["From"])


def test_a_refused_address_is_told_and_the_others_get_theirs() -> None:
    people(3)
    with a_mail_server() as server:
        server.refuses["p1@example.jp"] = "550 5.1.1 no such user"
        wave = an_open_wave()
        run_owed()
        assert times(server) == {"p0@example.jp": 1, "p2@example.jp": 1}
        one = Invitation.objects.get(wave=wave, email="p1@example.jp")
        assert (one.state, one.reason, one.due) == (State.FAILED, Reason.REFUSED, 0)
        assert "no such user" in one.detail


def test_put_off_for_a_while_it_is_tried_again_and_given_up_in_the_end() -> None:
    people(1)
    start = clock.now()
    with a_mail_server() as server:
        server.refuses["p0@example.jp"] = "450 4.2.0 greylisted"
        with held_at(start):
            wave = an_open_wave()
            run_owed()
        one = Invitation.objects.get(wave=wave)
        assert (one.state, one.due) == (State.PLANNED, 1) and one.due_from
        for hour in range(1, 8):
            with held_at(start + timedelta(hours=hour)):
                make_the_round()
                run_owed()
        one.refresh_from_db()
        assert (one.state, one.reason, one.attempts) == (State.FAILED, Reason.NOT_TAKEN, 5)
        assert not server.mails


def test_while_the_server_is_down_nobody_is_lost_and_the_page_knows() -> None:
    people(3)
    start = clock.now()
    with a_mail_server() as server, through(9), held_at(start):
        wave = an_open_wave()
        run_owed()
        mailing = Mailing.objects.get(wave=wave)
        assert "refused" in mailing.trouble.lower() and mailing.trouble_at == start
        assert set(Invitation.objects.values_list("state", "attempts")) == {("planned", 0)}
    with a_mail_server() as server, held_at(start + timedelta(minutes=2)):
        run_owed()
        assert set(times(server).values()) == {1} and len(server.mails) == 3
    mailing.refresh_from_db()
    assert mailing.trouble == "" and mailing.tries == 0 and mailing.trouble_at is None


def test_a_server_that_hangs_up_in_the_middle_is_gone_back_to() -> None:
    people(3)
    start = clock.now()
    with a_mail_server() as server:
        server.hangs_up_at.add("p1@example.jp")
        with held_at(start):
            wave = an_open_wave()
            run_owed()
        assert times(server) == {"p0@example.jp": 1}
        server.hangs_up_at.clear()
        with held_at(start + timedelta(minutes=5)):
            run_owed()
        assert set(times(server).values()) == {1} and len(server.mails) == 3
    assert set(Invitation.objects.filter(wave=wave).values_list("state", flat=True)) == {"sent"}


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@pytest.mark.parametrize("moment", ["claim_mail", "note_sent"])
def test_killed_while_sending(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Between two mails everybody gets one; between a mail and its note that one mail comes twice,
    with one Message-ID and one link.
    """
    addresses = people(5)
    start = clock.now()
    calls = 0

    def dies(**given: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Killed
        return real(**given)

    import banso.listen.invitations.jobs as jobs

    real = getattr(jobs, moment)
    with a_mail_server() as server:
        monkeypatch.setattr(jobs, moment, dies)
        with held_at(start):
            an_open_wave()
            with pytest.raises(Killed):
                run_owed()
        before = times(server)
        assert 2 <= sum(before.values()) <= 3
        with held_at(start + LEASE + timedelta(seconds=1)):
            run_owed()
        after = times(server)
        assert set(after) == set(addresses)
        if moment == "claim_mail":
            assert set(after.values()) == {1}
            return
        ((twice, n),) = [(to, n) for to, n in after.items() if n > 1]
        assert n == 2
        first, second = server.to(twice)
        assert first["Message-ID"] == second["Message-ID"]
        assert _text(first) == _text(second)


def _text(one: EmailMessage) -> str:
    part = one.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_killed_while_planning_everybody_is_planned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import banso.listen.invitations.jobs as jobs

    for number in range(6):
        a_person(an_account(), email=f"p{number}@example.jp")
    a_person(an_account(), email="p0@example.jp")
    monkeypatch.setattr(jobs, "CUSTOMERS_AT_ONCE", 2)
    real, calls = keep_planned, 0

    def dies(**given: object) -> int:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise Killed
        return real(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs, "keep_planned", dies)
    start = clock.now()
    with held_at(start):
        an_open_wave()
        with pytest.raises(Killed):
            run_owed()
    with held_at(start + LEASE + timedelta(seconds=1)):
        run_owed()
    assert Counter(one.to[0] for one in mail.outbox) == {f"p{n}@example.jp": 1 for n in range(6)}
    reasons = Invitation.objects.values_list("reason", flat=True)
    assert Counter(reasons) == {"": 6, Reason.DUPLICATE: 1}


def test_two_waves_at_once_ask_nobody_twice() -> None:
    people(2)
    waves = [an_open_wave(), an_open_wave()]
    run_owed()
    assert len(mail.outbox) == 2
    left = Invitation.objects.filter(state=State.LEFT_OUT)
    assert {one.reason for one in left} == {Reason.ASKED} and left.count() == 2
    assert len(waves) == 2


def test_who_answered_in_a_file_that_came_while_the_mail_waited_is_not_asked() -> None:
    account = an_account()
    person = a_person(account, email="a@example.jp")
    with through(9):
        wave = an_open_wave()
        run_owed()
    a_response(
        a_wave(source="file.csv"), CALM, account=account, person=person,
        origin=Response.Origin.FILE, submitted_on=clock.today() - timedelta(days=3),
    )  # fmt: skip
    with held_at(clock.now() + timedelta(minutes=5)):
        run_owed()
    one = Invitation.objects.get(wave=wave)
    assert not mail.outbox and (one.state, one.reason) == (State.LEFT_OUT, Reason.IN_FILE)


def test_who_is_forgotten_while_the_mail_waits_is_not_asked() -> None:
    person = a_person(an_account(), email="a@example.jp")
    with through(9):
        wave = an_open_wave()
        run_owed()
    forget_person(by=a_user(role="administrator"), person=person, mode="erase", everywhere=True)
    with held_at(clock.now() + timedelta(minutes=5)):
        run_owed()
    assert not mail.outbox
    assert not Invitation.objects.filter(wave=wave, state=State.SENT).exists()


def test_reminders_go_out_on_their_days_to_those_who_have_not_answered() -> None:
    people(2)
    start = clock.now()
    with held_at(start):
        wave = an_open_wave(remind_after=[3, 7])
        run_owed()
        one = Invitation.objects.get(wave=wave, email="p0@example.jp")
        answered(one)
    sent = {}
    for day in range(1, 10):
        with held_at(start + timedelta(days=day)):
            before = len(mail.outbox)
            make_the_round()
            run_owed()
            make_the_round()
            run_owed()
            sent[day] = [message.to[0] for message in mail.outbox[before:]]
    assert {day: to for day, to in sent.items() if to} == {
        3: ["p1@example.jp"], 7: ["p1@example.jp"],
    }  # fmt: skip


def answered(one: Invitation) -> None:
    from banso.listen.invitations.reads import Door
    from banso.listen.surveys.reads import definition_of

    wave = Wave.objects.select_related("version").get(pk=one.wave_id)
    hand_in_through(
        door=Door(wave, one), definition=definition_of(wave.version), answers=CALM, language="ja"
    )


def test_a_wave_begins_and_ends_on_its_days() -> None:
    people(1)
    start = clock.now()
    with held_at(start):
        day = clock.today()
        wave = a_planned_wave(opens_on=day + timedelta(days=2), closes_on=day + timedelta(days=5))
        open_wave(by=None, wave=wave, link_root="http://testserver")
        run_owed()
        assert not mail.outbox
    for days, mails, is_closed in ((2, 1, False), (5, 1, False), (6, 1, True)):
        with held_at(start + timedelta(days=days)):
            make_the_round()
            run_owed()
        wave.refresh_from_db()
        assert (len(mail.outbox), wave.closed_at is not None) == (mails, is_closed)


def test_closing_stops_the_mails_and_reopening_lets_them_go() -> None:
    people(2)
    with through(9):
        wave = an_open_wave()
        run_owed()
    close_wave(by=None, wave=wave)
    with held_at(clock.now() + timedelta(minutes=5)):
        run_owed()
        assert not mail.outbox
        reopen_wave(by=None, wave=wave, closes_on=None)
        run_owed()
    assert len(mail.outbox) == 2


def test_a_colleague_gets_one_mail_with_a_link_for_each_customer() -> None:
    owner = a_user(email="owner@example.jp")
    for name in ("あおば製作所", "みどり商事"):
        an_account(name=name, owner=owner)
    an_account(name="担当なし")
    wave = an_open_wave(asked=Asked.COLLEAGUES, mailing={"owners_answer": True})
    run_owed()
    (message,) = mail.outbox
    assert message.to == ["owner@example.jp"]
    assert "あおば製作所" in message.body and "みどり商事" in message.body
    for one in Invitation.objects.filter(wave=wave, state=State.SENT):
        assert path_of(one) in message.body
