"""Do customers of different kinds experience something different?"""

from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.listen.surveys.models import Wave
from banso.listen.surveys.tests.builders import a_wave
from banso.measure.experience.answers import version
from banso.measure.experience.by import side_by_side
from banso.measure.experience.segments import segment_fields, thirds
from banso.measure.experience.tests.builders import an_answer, answers
from banso.measure.experience.tests.test_experience_result import said, signed_in
from banso.prove.engine.answer import Answer
from banso.prove.engine.proportions import ChiSquare
from banso.shared.fields.models import FieldDefinition

pytestmark = pytest.mark.django_db
PAGE = "/experience/by/"


def two_segments() -> Wave:
    """SMB: 15 of 20 mean to stay; Enterprise: all 20. Ten more of each kept silent."""
    wave = a_wave()
    for segment, staying in (("SMB", 15), ("Enterprise", 20)):
        for number in range(20):
            account = an_account(segment=segment, employees=30 if segment == "SMB" else 2000)
            leaf = "no_trouble" if number % 2 else "above"
            an_answer(wave, leaf, account, intent=5 if number < staying else 2)
        for _ in range(10):
            an_account(segment=segment)
    return wave


def test_groups_stand_beside_their_response_rates(client: Client) -> None:
    wave = two_segments()
    seen = side_by_side(wave, segment_fields(wave.opens_on)["segment"], version(wave))
    smb = next(one for one in seen.groups if one.group == "SMB")
    assert isinstance(smb.responded, Answer) and smb.responded.value == pytest.approx(2 / 3)
    assert isinstance(smb.intent, Answer) and smb.intent.value == pytest.approx(0.75)
    assert isinstance(smb.apart, Answer) and smb.apart.value == pytest.approx(-0.25)
    assert isinstance(seen.differ, ChiSquare) and seen.differ.p < 0.05
    page = said(signed_in(client), f"{PAGE}?by=segment")
    assert "Intent to continue differs by Segment" in page and "stands out" in page
    assert "Enterprise" in page and "They are only a part of all" in page


def test_three_groups_are_pulled_together() -> None:
    wave = a_wave()
    for segment, staying in (("A", 9), ("B", 11), ("C", 6)):
        for number in range(12):
            an_answer(
                wave, "above", an_account(segment=segment), intent=5 if number < staying else 1
            )
    seen = side_by_side(wave, segment_fields(wave.opens_on)["segment"], version(wave))
    lowest = next(one for one in seen.groups if one.group == "C")
    assert lowest.pulled is not None and lowest.pulled.value >= 0.5


def test_own_fields_and_bands_are_offered(client: Client) -> None:
    FieldDefinition.objects.create(
        holder="account", key="use_case", label_en="Use case", label_ja="用途", kind="choice",
        choices=["Safety", "Quality"],
    )  # fmt: skip
    wave = a_wave()
    for use in ("Safety", "Quality"):
        for _ in range(11):
            an_answer(wave, "above", an_account(custom={"use_case": use}, employees=40))
    page = said(signed_in(client), f"{PAGE}?by=own_use_case")
    assert "Safety" in page and "11 customers" in page
    assert "1–49 employees" in said(client, f"{PAGE}?by=size")
    text = b"".join(client.get(f"{PAGE}?by=own_use_case&format=csv")).decode()
    assert "Use case,People" in text


def test_equal_numbers_stay_in_one_third() -> None:
    assert thirds({1: 5, 2: 5, 3: 5}) == {1: "low", 2: "low", 3: "low"}
    assert thirds({1: 1, 2: 2, 3: 3}) == {1: "low", 2: "middle", 3: "high"}
    assert thirds({1: None}) == {}


def test_anonymous_answers_have_no_kinds(client: Client) -> None:
    answers(a_wave(is_anonymous=True), "above", 20)
    assert "cannot be told apart" in said(signed_in(client), f"{PAGE}?by=segment")


def test_nothing_yet(client: Client) -> None:
    assert "No customer has answered" in said(signed_in(client), PAGE)
