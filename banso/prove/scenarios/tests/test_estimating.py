from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Response, Wave
from banso.listen.surveys.tests.builders import CALM, a_response, a_wave
from banso.prove.contrasts.tests.builders import DAY, LEVELS, an_answered_wave, customers
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.experience import Tree
from banso.prove.scenarios.estimating import estimated
from banso.prove.scenarios.gathering import Ground, ground_of
from banso.prove.scenarios.rules import CALIBRATED, Asked
from banso.prove.scenarios.tests.builders import TODAY, a_company, paying
from banso.prove.scenarios.wording import bounds_told, notes_of, rests_on
from banso.shared import clock

pytestmark = pytest.mark.django_db


def ground(wave: Wave, **asked: Any) -> Ground:
    found = ground_of(wave, Asked(wave.pk, **asked))
    assert isinstance(found, Ground), found
    return found


def test_each_customer_counts_once_and_the_levers_agree_with_the_tree() -> None:
    with clock.held_at(TODAY):
        wave = a_company(300, answers=600)
        found = ground(wave)
        asked = Asked(wave.pk, consulted=0.95, transfer=1.0)
        card = estimated(found, asked)
    shares = {one["leaf"]: one["share"] for one in card["leaves"]}
    risks = {one["leaf"]: one["risk"] for one in card["leaves"]}
    assert sum(shares.values()) == pytest.approx(1)
    assert found.population == found.all_customers == 300
    heads = card["customers"]
    assert heads["before"]["value"] == pytest.approx(
        sum(shares[leaf] * risks[leaf] for leaf in LEAVES)
    )
    now = found.now
    answered = 1 - shares["waiting"] / (now.trouble * now.consulted)
    waiting = now.trouble * now.consulted * (1 - answered)
    scale = 0.95 / now.consulted
    tree = Tree(now.trouble, 0.95, now.answers, {k: 1 - risks[k] for k in LEAVES if k != "waiting"})
    reached = {k: tree.shares[k] * answered for k in ("above", "at", "below")}
    after = (
        shares["no_trouble"] * risks["no_trouble"]
        + tree.shares["not_consulted"] * risks["not_consulted"]
        + sum(reached[k] * risks[k] for k in reached) + waiting * scale * risks["waiting"]
    )  # fmt: skip
    assert heads["after"]["value"] == pytest.approx(after)
    assert heads["together"]["value"] == pytest.approx(
        300 * (heads["before"]["value"] - after), abs=1e-6
    )
    assert card["money"]["together"]["value"] / 50_000 == pytest.approx(
        heads["together"]["value"], rel=1e-6
    ), "all pay the same, so money follows customers"


def test_answers_are_weighted_by_company_size() -> None:
    with clock.held_at(TODAY):
        there = customers(200)
        paying(there)
        Account.objects.filter(pk__in=[a.pk for a in there[:150]]).update(employees=10)
        Account.objects.filter(pk__in=[a.pk for a in there[150:]]).update(employees=5000)
        wave = a_wave(opens_on=DAY)
        for account in there[:20]:
            a_response(wave, CALM | {"intent": 1}, account=account)
        for account in there[150:190]:
            a_response(wave, CALM | {"intent": 5}, account=account)
        found = ground(wave)
        card = estimated(found, Asked(wave.pk))
    assert card["customers"]["before"]["value"] == pytest.approx(0.75)
    assert found.effective < 61 and card["answered"] == 60


def test_one_group_is_moved_over_all_customers() -> None:
    with clock.held_at(TODAY):
        wave = a_company(300, answers=900)
        small = ground(wave, field="segment", value="SMB")
        card = estimated(small, Asked(wave.pk, "segment", "SMB", trouble=0.1))
        every = estimated(ground(wave), Asked(wave.pk, trouble=0.1))
    assert small.population == 200 and card["all"] == 300
    assert card["customers"]["size"] == 300 == every["customers"]["size"]
    assert 0 < card["customers"]["together"]["value"] < every["customers"]["together"]["value"]


def test_money_is_told_in_one_currency_and_the_others_are_named() -> None:
    with clock.held_at(TODAY):
        there = customers(120)
        paying(there[:100])
        paying(there[100:], currency="USD", mrr=900)
        card = estimated(ground(an_answered_wave(400)), Asked(1, trouble=0.1))
    assert card["currency"] == "JPY" and card["foreign"] == 20
    assert card["mrr"] == 100 * 50_000


def test_without_contracts_there_are_customers_but_no_money() -> None:
    with clock.held_at(TODAY):
        card = estimated(ground(an_answered_wave(300, accounts=150)), Asked(1, trouble=0.1))
    assert card["money"] is None and card["all"] == 150


def test_a_cost_has_its_break_even() -> None:
    with clock.held_at(TODAY):
        wave = a_company(300, answers=600)
        found = ground(wave)
        asked = Asked(wave.pk, trouble=0.2, cost=100_000, currency="JPY")
        card = estimated(found, asked)
        never = estimated(found, replace(asked, cost=10**12))
    full = card["money"]["full"]
    assert card["break_even"] == pytest.approx(100_000 / (12 * full))
    assert never["break_even"] is None
    assert card["money"]["together"]["value"] == pytest.approx(full / 2)


def test_a_place_where_hardly_anybody_stands_is_named() -> None:
    with clock.held_at(TODAY):
        wave = a_company(300, answers=400)
        Response.objects.filter(leaf="above").delete()
        card = estimated(ground(wave), Asked(wave.pk, above=0.5, below=0.1))
        other = estimated(ground(wave), Asked(wave.pk, trouble=0.2))
    assert card["thin"] == ["above"] and other["thin"] == []


def test_who_is_too_few_is_refused_in_numbers() -> None:
    with clock.held_at(TODAY):
        empty = a_wave(opens_on=DAY)
        a_response(empty, CALM)
        nobody = ground_of(empty, Asked(empty.pk))
        assert isinstance(nobody, NoAnswer) and nobody.reason == "no_customers"
        there = customers(40)
        paying(there)
        few = ground_of(empty, Asked(empty.pk))
        assert isinstance(few, NoAnswer) and few.needs["n_needed"] == 30
        same = a_wave(opens_on=DAY)
        for _ in range(40):
            a_response(same, CALM, account=there[0])
        close = ground_of(same, Asked(same.pk))
        assert isinstance(close, NoAnswer) and close.reason == "too_few_accounts"
        gone = ground_of(same, Asked(same.pk, "segment", "ない"))
        assert isinstance(gone, NoAnswer) and gone.reason == "nobody_there"


def test_anonymous_answers_stand_for_all_customers() -> None:
    with clock.held_at(TODAY):
        there = customers(100)
        paying(there)
        card = estimated(ground(an_answered_wave(300, is_anonymous=True)), Asked(1, trouble=0.1))
    assert card["anonymous"] and card["answered"] == 0
    rests = dict(rests_on(card))
    assert rests["Customers who answered"].startswith("not known of")
    assert "not weighted" in rests["Answers"]
    assert bounds_told(card) == (
        "Nobody knows which customers did not answer, so neither case can be told."
    )
    assert "nobody knows whose they are" in " ".join(notes_of(card))
    assert card["best"] - card["worst"] == pytest.approx(1.0)


def test_all_alike_gives_no_change_and_no_crash() -> None:
    with clock.held_at(TODAY):
        wave = a_company(200, answers=300, levels=dict.fromkeys(LEVELS, 9.0))
        card = estimated(ground(wave), Asked(wave.pk, trouble=0.0))
    assert card["customers"]["before"]["value"] == 0
    assert card["customers"]["together"]["value"] == 0
    assert card["customers"]["together"]["high95"] > 0, "few answers do not make it certain"


def test_what_came_stands_beside_what_was_stated() -> None:
    with clock.held_at(TODAY):
        wave = an_answered_wave(900, accounts=600, day=DAY - timedelta(days=330))
        stated = ground_of(wave, Asked(wave.pk))
        assert isinstance(stated, Ground) and isinstance(stated.calibration, NoAnswer)
        rows = Response.objects.filter(wave=wave).values_list("account_id", "intent")
        intent = {account: said or 0 for account, said in rows}
        Subscription.objects.bulk_create(
            Subscription(
                account_id=account, external_id=f"L-{account}", mrr_minor=100, currency="JPY",
                start=DAY - timedelta(days=520), end=DAY - timedelta(days=156), term_months=12,
                outcome="churned" if said <= 2 and place % 3 else "renewed",
                observed_from=DAY - timedelta(days=520),
            )
            for place, (account, said) in enumerate(intent.items())
        )  # fmt: skip
        paying(list(Account.objects.filter(pk__in=[a for a, s in intent.items() if s > 2])))
        found = ground(wave)
        card = estimated(found, Asked(wave.pk, risk=CALIBRATED))
        plain = estimated(found, Asked(wave.pk))
    told = card["calibration"]
    assert told["reason"] == "" and told["risk"][0] > told["risk"][4]
    assert told["stated"] > told["lost"] > 0
    assert card["customers"]["before"]["value"] < plain["customers"]["before"]["value"]
