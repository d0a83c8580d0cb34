from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.invitations.letter_form import LetterForm
from banso.listen.invitations.models import Invitation
from banso.listen.invitations.tests.builders import (
    ROOT,
    a_planned_wave,
    links_in,
    path_of,
    sent_by_script,
)
from banso.listen.invitations.tests.mail_server import a_mail_server
from banso.listen.invitations.writes.waves import open_wave, remind
from banso.listen.surveys.models import Asked, Wave
from banso.listen.surveys.tests.builders import CALM
from banso.shared import clock
from banso.shared.clock import held_at
from banso.shared.journal.jobs import run_owed
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db


def address(wave: Wave) -> str:
    return reverse("invitations:wave_words", args=[wave.pk])


def as_shown(wave: Wave, **changes: str) -> dict[str, Any]:
    """What the page's form sends when only ``changes`` were made."""
    return {name: field.initial for name, field in LetterForm(wave=wave).fields.items()} | changes


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_user(role="manager"))
    return client


def test_the_usual_words_are_shown_and_kept_as_usual(manager: Client) -> None:
    wave = a_planned_wave()
    text = manager.get(address(wave)).content.decode()
    assert "【ご回答のお願い】{title}" in text and "A few questions: {title}" in text
    assert "山田 花子 様" in text and "/s/…/stop/" in text
    manager.post(address(wave), as_shown(wave))
    wave.refresh_from_db()
    assert wave.mail_words == {}


def test_words_of_ones_own_go_out_and_the_way_out_stays(manager: Client) -> None:
    wave = a_planned_wave(closes_on=clock.today() + timedelta(days=30))
    account = an_account()
    a_person(account, name="高橋 <b>花子</b>", email="hanako@example.jp")
    a_person(account, name="Jane", email="jane@example.com", custom={"language": "en"})
    own = {
        "invitation_ja_subject": "{sender}より{name}様へ",
        "invitation_ja_body": "{name} 様\r\n\r\n3分だけ → {link} お願いします。\r\n<script>",
        "reminder_ja_subject": "もう一度: {title}",
        "reminder_ja_body": "{link}",
    }
    manager.post(address(wave), as_shown(wave, **own))
    wave.refresh_from_db()
    assert sorted(wave.mail_words) == ["invitation", "reminder"]
    assert sorted(wave.mail_words["invitation"]) == ["ja"]
    start = clock.now()
    with a_mail_server() as server, held_at(start):
        open_wave(by=None, wave=wave, link_root=ROOT)
        run_owed()
        text = server.text_to("hanako@example.jp").replace("\r\n", "\n")
        (jane,) = server.to("jane@example.com")
        (hanako,) = server.to("hanako@example.jp")
        with held_at(start + timedelta(days=2)):
            remind(by=None, wave=wave)
            run_owed()
        (_first, again) = server.to("hanako@example.jp")
    one = Invitation.objects.get(wave=wave, email="hanako@example.jp")
    assert str(hanako["Subject"]).endswith("より高橋 <b>花子</b>様へ")
    assert text.startswith("高橋 <b>花子</b> 様\n\n3分だけ → http://testserver/s/")
    assert path_of(one, "stop/") in text and path_of(one, "stop/") in hanako["List-Unsubscribe"]
    html = hanako.get_body(("html",))
    assert html is not None
    shown = html.get_content()
    assert "&lt;b&gt;" in shown and "&lt;script&gt;" in shown and "<script>" not in shown
    assert f'<a href="{ROOT}{path_of(one)}">' in shown and path_of(one, "stop/") in shown
    assert "A few questions" in jane["Subject"]
    assert str(again["Subject"]) == "もう一度: お客様満足度調査"
    (path,) = set(links_in(text))
    assert sent_by_script(Client(), path, CALM).status_code == 200


@pytest.mark.parametrize(
    ("name", "written", "told"),
    [
        ("invitation_ja_body", "{name} 様 {lnik}", "“{lnik}” is not a placeholder"),
        ("reminder_en_body", "Please answer.", "Nobody could answer: put {link}"),
        ("invitation_en_subject", "Hi\r\nBcc: all@example.com", "has to be one line"),
        ("invitation_en_subject", "Hi {link}", "in the text of the mail only"),
        ("reminder_ja_body", "{link}" + "あ" * 5000, "at most 5,000 characters"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words_and_nothing_typed_is_lost(
    manager: Client, name: str, written: str, told: str
) -> None:
    wave = a_planned_wave()
    sent = as_shown(wave, **{name: written, "invitation_ja_subject": "書きかけ"})
    text = manager.post(address(wave), sent).content.decode()
    assert told in text and "書きかけ" in text
    wave.refresh_from_db()
    assert wave.mail_words == {}


def test_the_preview_follows_what_is_typed_and_saves_nothing(manager: Client) -> None:
    wave = a_planned_wave(asked=Asked.COLLEAGUES)
    typed = as_shown(wave, invitation_ja_body="調査名は{title}です。{link}{nothing}")
    sent = typed | {"do": "preview", "part": "invitation-ja"}
    shown = manager.post(address(wave), sent).content.decode()
    assert "調査名はお客様満足度調査です。" in shown and "顧客A" in shown
    assert "“{nothing}” is not a placeholder" in shown and "<form" not in shown
    wave.refresh_from_db()
    assert wave.mail_words == {}
    assert manager.post(address(wave), sent | {"part": "letter-fr"}).status_code == 404


def test_back_to_the_usual_words(manager: Client) -> None:
    wave = a_planned_wave()
    manager.post(address(wave), as_shown(wave, reminder_ja_subject="もう一度"))
    wave.refresh_from_db()
    assert wave.mail_words
    manager.post(address(wave), {"do": "usual"})
    wave.refresh_from_db()
    assert wave.mail_words == {}


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_who_may_not_define_writes_nothing(client: Client, role: str) -> None:
    wave = a_planned_wave()
    user: User = a_user(role=role)
    client.force_login(user)
    assert client.get(address(wave)).status_code == 403
    assert client.post(address(wave), {"do": "usual"}).status_code == 403


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_stands_on_a_phone_and_a_desk_and_the_preview_is_live(
    open_page: Callable[..., Page],
    live_server: LiveServer,
    serious_faults: Callable[[Page], list[str]],
    overflow: Callable[[Page], int],
    width: int,
) -> None:
    wave = a_planned_wave()
    page = open_page(a_user(role="manager"), locale="ja-JP", width=width)
    page.goto(live_server.url + address(wave))
    page.locator("#id_invitation_ja_body").fill("{title}についてお聞きします。{lnik}")
    preview = page.locator("#preview-invitation-ja")
    expect(preview).to_contain_text("お客様満足度調査についてお聞きします。")
    expect(preview).to_contain_text("「{lnik}」は差し込みできません")
    assert serious_faults(page) == []
    assert overflow(page) == 0
