"""The receipt says what was touched and what remains, and proves that nothing is left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.forgetting.models import ForgottenPerson
from banso.know.forgetting.tests.builders import somebody_with_events
from banso.know.forgetting.writes import forget_person
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.lake import writes as lake
from banso.shared.lake.rules import GRACE
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(client: Client) -> ForgottenPerson:
    boss = a_user(role="administrator", language="ja", name="佐藤 管理")
    client.force_login(boss)
    person, _account = somebody_with_events()
    return forget_person(by=boss, person=person, mode="erase", everywhere=True, reference="R-7")


def page(client: Client, receipt: ForgottenPerson, **headers: str) -> str:
    address = reverse("forgetting:forgotten_person", args=[receipt.pk])
    return client.get(address, headers=headers).content.decode()


def test_it_says_how_far_the_work_is(client: Client, receipt: ForgottenPerson) -> None:
    assert "処理の開始を待っています" in page(client, receipt)
    assert 'hx-trigger="every 2s"' in page(client, receipt, hx_request="true")
    run_owed()
    said = page(client, receipt)
    assert "2 件" in said and "0 件" in said
    assert "古いファイルの削除待ち" in said
    assert "hx-trigger" not in said
    with clock.held_at(clock.now() + GRACE + timedelta(minutes=1)):
        lake.sweep()
    assert "古いファイルの削除待ち" not in page(client, receipt)


def test_it_says_who_when_which_weeks_and_what_remains(
    client: Client, receipt: ForgottenPerson
) -> None:
    run_owed()
    said = page(client, receipt)
    for words in ("佐藤 管理", "R-7", "2025/03/03", "2025/03/10", "バックアップ", "アップロード"):
        assert words in said, words
    for words in ("田中", "ichiro", "u-1"):
        assert words not in said


@pytest.mark.parametrize(("typed", "count"), [("u-1", "0"), ("u-2", "1")])
def test_the_files_can_be_searched_again(
    client: Client, receipt: ForgottenPerson, typed: str, count: str
) -> None:
    run_owed()
    address = reverse("forgetting:forgotten_person", args=[receipt.pk])
    said = client.post(address, {"user_key": typed}).content.decode()
    assert f"この ID のイベントは現在 {count} 件です。" in said


def test_only_administrators(client: Client, receipt: ForgottenPerson) -> None:
    client.force_login(a_user(role="manager"))
    address = reverse("forgetting:forgotten_person", args=[receipt.pk])
    assert client.get(address).status_code == 403
