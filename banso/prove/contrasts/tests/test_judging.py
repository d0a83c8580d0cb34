"""Verdicts on answers whose truth is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import CALM, a_response, a_wave
from banso.prove.contrasts.jobs import JOB, judge, judge_waves
from banso.prove.contrasts.models import Round, Verdict
from banso.prove.contrasts.reads import chain_broken_at
from banso.prove.contrasts.rules import Side
from banso.prove.contrasts.tests.builders import DAY, LEVELS, an_answered_wave
from banso.prove.contrasts.writes import register_pair, retire_pair
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.registry import schedules
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def said(round_: Round | None, outcome: str = "intent") -> dict[str, str]:
    assert round_ is not None
    return {one.pair_key: one.said for one in round_.verdicts.filter(outcome=outcome)}


def test_verdicts_agree_with_the_truth() -> None:
    with clock.held_at(DAY + timedelta(days=60)):
        made = judge(an_answered_wave(2500, accounts=900))
    expected = {
        "above_no_trouble": "found", "met_below": "found", "at_below": "found",
        "consulted_not": "found", "met_no_trouble": "found",
    }  # fmt: skip
    assert said(made) == expected == said(made, "satisfaction") == said(made, "recommend")
    assert made is not None and made.is_final
    verdict = Verdict.objects.get(pair_key="above_no_trouble", outcome="intent")
    gap = verdict.figures["difference"]
    assert gap["low"] <= gap["value"] <= gap["high"] and verdict.figures["asked"] == 5
    assert verdict.figures["holm"] >= verdict.figures["p"]


def test_the_other_way_round_asks_for_prevention() -> None:
    levels = LEVELS | {"above": 3.0, "at": 2.9, "no_trouble": 4.5}
    with clock.held_at(DAY + timedelta(days=60)):
        made = judge(an_answered_wave(1500, levels=levels))
    assert said(made)["above_no_trouble"] == "reversed"
    assert Verdict.objects.get(pair_key="met_no_trouble", outcome="intent").step == "prevent"


def test_where_nothing_is_there_nothing_is_found() -> None:
    flat = dict.fromkeys(LEVELS, 3.6)
    with clock.held_at(DAY + timedelta(days=60)):
        few = judge(an_answered_wave(400, accounts=200, levels=flat, seed=5))
    found = set(said(few).values())
    assert found <= {"undecided", "too_few"}
    waiting = Verdict.objects.filter(said="undecided").first()
    assert waiting is not None
    assert waiting.figures["needed"] > sum(waiting.figures["n"])


def test_a_round_is_made_only_when_something_changed() -> None:
    with clock.held_at(DAY + timedelta(days=60)):
        wave = an_answered_wave(300)
        judge_waves()
        judge_waves()
        assert Round.objects.count() == 1
        Response.objects.filter(wave=wave, intent=5).first().delete()  # type: ignore[union-attr]
        judge_waves()
    assert Round.objects.count() == 2, "what was said of a closed asking is kept"


def test_an_open_asking_is_preliminary_and_keeps_one_round_a_day() -> None:
    with clock.held_at(DAY + timedelta(days=3)):
        wave = an_answered_wave(300)
        first = judge(wave)
        assert first is not None and not first.is_final
        an_answered_wave(60, seed=9, wave=wave)
        judge(wave)
        assert Round.objects.filter(wave=wave).count() == 1
    with clock.held_at(DAY + timedelta(days=40)):
        last = judge(wave)
    assert last is not None and last.is_final and Round.objects.count() == 2


def test_a_pair_registered_later_is_exploratory_and_one_before_is_not() -> None:
    user = a_user(role="manager")
    with clock.held_at(DAY - timedelta(days=5)):
        wave = a_wave(opens_on=DAY, closes_on=DAY + timedelta(days=20))
        register_pair(by=user, survey=wave.survey, name="早い", one=Side(("above",)),
                      other=Side(("not_consulted",)))  # fmt: skip
    with clock.held_at(DAY + timedelta(days=60)):
        an_answered_wave(1200, wave=wave)
        late = register_pair(
            by=user, survey=wave.survey, name="遅い", one=Side(("no_trouble",), "segment", "SMB"),
            other=Side(("no_trouble",), "segment", "大手"),
        )  # fmt: skip
        judge(wave)
        verdicts = Verdict.objects.filter(outcome="intent", pair__isnull=False)
        kinds = {one.pair.name: one.is_confirmatory for one in verdicts if one.pair}
        assert kinds == {"早い": True, "遅い": False}
        own = Verdict.objects.get(outcome="intent", pair=late)
        assert own.figures["holm"] is None and own.figures["asked"] == 7
        assert own.figures["asked_first"] == 6
        retire_pair(by=user, pair=late)
        again = judge(wave)
    assert again is not None and len(said(again)) == 6
    assert chain_broken_at() is None
    late.name = "別の名"
    late.save()
    assert chain_broken_at() == 2


def test_answers_named_by_kind_can_be_a_group() -> None:
    user = a_user(role="manager")
    with clock.held_at(DAY + timedelta(days=60)):
        wave = an_answered_wave(1200)
        register_pair(
            by=user, survey=wave.survey, name="CSM", one=Side(("above", "at"), "channel", "csm"),
            other=Side(("below",), "channel", "csm"),
        )  # fmt: skip
        judge(wave)
    verdict = Verdict.objects.get(pair__name="CSM", outcome="intent")
    assert verdict.said == "found" and min(verdict.figures["n"]) > 30


def test_hardly_any_answers_and_all_alike_are_said_not_raised() -> None:
    with clock.held_at(DAY):
        wave = a_wave()
        assert judge(wave) is None
        for _ in range(3):
            a_response(wave, CALM)
        few = judge(wave)
        assert set(said(few).values()) == {"too_few"}
    levels = dict.fromkeys(LEVELS, 9.0)
    with clock.held_at(DAY + timedelta(days=60)):
        alike = judge(an_answered_wave(800, levels=levels, name="全員5"))
    assert said(alike)["above_no_trouble"] == "no_variation"


def test_perfect_separation_is_decided_by_customers() -> None:
    levels = LEVELS | {"above": 20.0, "no_trouble": -20.0}
    with clock.held_at(DAY + timedelta(days=60)):
        made = judge(an_answered_wave(800, levels=levels))
    assert said(made)["above_no_trouble"] == "found"
    verdict = Verdict.objects.get(pair_key="above_no_trouble", outcome="intent")
    assert verdict.figures["reason"] == "separated" and verdict.figures["odds"] is None


def test_an_anonymous_asking_is_judged_too() -> None:
    with clock.held_at(DAY + timedelta(days=60)):
        made = judge(an_answered_wave(1500, is_anonymous=True))
    assert said(made)["met_below"] == "found"


def test_the_job_comes_round_by_itself() -> None:
    with clock.held_at(DAY + timedelta(days=60)):
        an_answered_wave(300)
        assert JOB in {one.name for one in schedules()}
        judge_waves()
        run_owed()
    assert Round.objects.exists()
