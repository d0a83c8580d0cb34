from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import translation

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.notes import Note, score_notes
from banso.measure.health.panels import health
from banso.measure.health.rules import CONTACT_DAYS, Reading, score
from banso.measure.health.tests.builders import TODAY, a_score
from banso.measure.health.tests.test_health_settings import two_measures
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def shown(account: Account, language: str = "en") -> str:
    request = RequestFactory().get("/")
    request.user = a_user()
    with clock.held_at(TODAY), translation.override(language):
        return " ".join(health(request, account).split())


def a_month_of(account: Account) -> None:
    model = two_measures()
    for day, users, silent, is_current in ((35, 10, 120, False), (0, 2, 14, True)):
        scored = score(
            model.lines, {"active_users_28d": Reading(users), CONTACT_DAYS: Reading(silent)}
        )
        a_score(
            account,
            model,
            as_of=TODAY - timedelta(days=day),
            score=scored.score,
            parts=scored.parts,
            is_current=is_current,
        )


def test_it_says_the_score_in_words_and_what_moved_it() -> None:
    account = an_account()
    a_month_of(account)
    panel = shown(account)
    assert "Needs watching" in panel
    assert "based on 2 of 2 measures" in panel
    assert "−35 points since 2026-05-11 (it was 75)" in panel
    assert "active users 28d: −60 points" in panel
    assert "Days since the last contact: +25 points" in panel
    assert "(from 10 users to 2 users)" in panel
    assert "(from 120 days to 14 days)" in panel


def test_a_measure_that_is_no_longer_known_says_so_and_the_points_add_up() -> None:
    account, model = an_account(), two_measures()
    for day, readings, is_current in (
        (35, {"active_users_28d": Reading(10), CONTACT_DAYS: Reading(60)}, False),
        (0, {"active_users_28d": Reading(10)}, True),
    ):
        scored = score(model.lines, readings)
        a_score(
            account, model, as_of=TODAY - timedelta(days=day), score=scored.score,
            parts=scored.parts, is_current=is_current,
        )  # fmt: skip
    panel = shown(account)
    assert "(no longer known; it was 60 days)" in panel
    assert "(unchanged at 10 users; the other measures count for more or less)" in panel


def test_a_later_stage_says_how_the_score_did_and_else_it_is_opinion() -> None:
    account = an_account()
    a_month_of(account)
    assert "not yet checked against renewals" in shown(account)
    score_notes.fill("test", lambda: Note("It named 7 of 10.", "/score/"), order=900)
    try:
        told = shown(account)
    finally:
        score_notes._fillings.pop("test")
    assert "It named 7 of 10." in told
    assert "not yet checked" not in told


def test_it_speaks_japanese() -> None:
    account = an_account()
    a_month_of(account)
    panel = shown(account, "ja")
    assert "注意が必要" in panel
    assert "2026/05/11から−35点" in panel


def test_too_little_known_is_said() -> None:
    account = an_account()
    model = two_measures()
    scored = score([*model.lines, *model.lines], {})
    a_score(account, model, as_of=TODAY, score=None, parts=scored.parts)
    panel = shown(account)
    assert "Only 0 of 2 measures are known" in panel
    assert "active users 28d (no value yet)" in panel


def test_before_the_first_refresh_it_says_so() -> None:
    assert "No score yet" in shown(an_account())
    assert "A customer that left has no score" in shown(an_account(stage="left"))
