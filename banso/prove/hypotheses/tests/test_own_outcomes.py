from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.listen.imports.jobs import carry_on
from banso.listen.imports.meaning.kinds import CUSTOM
from banso.listen.imports.models import State
from banso.listen.imports.tests.builders import a_guess, an_upload
from banso.listen.imports.writes import ask_for_check, ask_for_run, start_draft
from banso.measure.metrics.tests.builders import a_metric
from banso.prove.hypotheses.models import Check, Hypothesis, Level, OwnOutcome, Reading, Result
from banso.prove.hypotheses.outcomes import known_outcomes
from banso.prove.hypotheses.reads import ledger_state
from banso.prove.hypotheses.tests.builders import (
    TODAY,
    WRITTEN_ON,
    an_hypothesis,
    check_on,
    companies,
)
from banso.prove.hypotheses.wording import claim, said_by
from banso.prove.hypotheses.writes import register_outcome, take_readings
from banso.shared import clock
from banso.shared.fields.writes import define_field
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = reverse("hypotheses:own_outcomes")
KINDS = {"成功した": ("delivered", "choice"), "続ける意向": ("intent", "number"),
         "回答日": ("answered", "date")}  # fmt: skip


@pytest.fixture
def author() -> User:
    user = a_user(role="analyst", language="en")
    admin = a_user(role="administrator")
    for label, (key, kind) in KINDS.items():
        define_field(
            by=admin, holder="account", key=key, kind=kind, label_en=key.title(), label_ja=label,
            choices=["yes", "no"] if kind == "choice" else [],
        )  # fmt: skip
    return user


def bring_in(text: str) -> None:
    """A spreadsheet of customers imported as the wizard does, its columns led to own fields."""
    upload = an_upload(text, "answers.csv")
    guess = a_guess(upload, "accounts")
    columns = tuple(
        replace(c, target=CUSTOM, key=KINDS[c.name][0], kind=KINDS[c.name][1])
        if c.name in KINDS
        else c
        for c in guess.columns
    )
    mapping = replace(guess, columns=columns, source="manual")
    run = start_draft(by=None, upload=upload, mapping=mapping)
    ask_for_check(by=None, run=run, mapping=mapping)
    carry_on(run.pk, State.CHECKING)
    run.refresh_from_db()
    ask_for_run(by=None, run=run)
    carry_on(run.pk, State.RUNNING)
    run.refresh_from_db()
    assert (run.state, run.refused) == ("done", 0)


def a_spreadsheet(day: date, *, seed: int, share: float = 0.6) -> str:
    """Everybody's answers on one day."""
    random = np.random.default_rng(seed)
    lines = ["顧客ID,顧客名,成功した,続ける意向,回答日"]
    for account in Account.objects.order_by("pk"):
        came = random.random() < share
        score = random.integers(8, 11) if came else random.integers(0, 8)
        answer = "yes" if came else "no"
        lines.append(f"{account.external_id},{account.name},{answer},{score},{day}")
    return "\n".join(lines)


def test_success_in_a_spreadsheet_is_registered_locked_and_checked_later(
    client: Client, author: User
) -> None:
    companies(600)
    bring_in(a_spreadsheet(WRITTEN_ON - timedelta(days=20), seed=1))
    with clock.held_at(WRITTEN_ON):
        client.force_login(author)
        given = {"name": "成功の提供", "aim": "success", "field": "delivered",
                 "dated": "answered", "counts": "Yes"}  # fmt: skip
        answer = client.post(f"{URL}?origin=field", given)
    outcome = OwnOutcome.objects.get()
    assert answer.headers["Location"] == f"{URL}?outcome={outcome.pk}"
    assert outcome.counts == "yes", "the word is kept as imports write it"
    assert Reading.objects.count() == 600

    hypothesis = an_hypothesis(outcome=outcome.key)
    assert claim(hypothesis) == "The higher “Reports shared”, the more frequent: 成功の提供."
    first = check_on(WRITTEN_ON)
    assert (first.result, first.opened) == (Result.WAITING, False)
    assert "of them 0 without success" in said_by(first, hypothesis, WRITTEN_ON)

    bring_in(a_spreadsheet(TODAY - timedelta(days=100), seed=2))
    assert check_on(TODAY - timedelta(days=80)).opened is False, "answers settle for a month"
    check = check_on()
    assert Reading.objects.count() == 1200, "the first answers are kept, the file overwrote them"
    assert (check.result, check.level_after) == (Result.FOUND, Level.ASSOCIATED)
    new = check.figures["new"]
    came = Reading.objects.filter(on=TODAY - timedelta(days=100), came=False)
    assert (new["n_rows"], new["n_events"]) == (600, came.count())
    young = Subscription.objects.filter(start__gt=WRITTEN_ON - timedelta(days=110)).count()
    assert check.figures["all"]["n_rows"] == 1200 - young, "no customers then: no decisions"
    assert ledger_state().holds
    OwnOutcome.objects.update(counts="no")
    assert ledger_state().changed == (hypothesis.pk,), "what it meant is in the ledger"


def test_intent_to_continue_counts_from_a_number_on(client: Client, author: User) -> None:
    companies(60)
    bring_in(a_spreadsheet(TODAY - timedelta(days=50), seed=3))
    client.force_login(author)
    given = {"name": "継続意向", "aim": "intent", "field": "intent", "dated": "answered"}
    answer = client.post(f"{URL}?origin=field", given | {"counts": "eight"})
    assert answer.status_code == 400
    assert "This field has numbers" in answer.content.decode()
    with clock.held_at(TODAY):
        client.post(f"{URL}?origin=field", given | {"counts": "8"})
    outcome = OwnOutcome.objects.get()
    came = {r.account_id for r in Reading.objects.filter(came=True)}
    assert came == set(Account.objects.filter(custom__intent__gte=8).values_list("pk", flat=True))
    page = client.get(URL, {"outcome": str(outcome.pk)}).content.decode()
    assert "“Intent” 8 or more, on the day of “Answered”" in page
    assert f"({len(Reading.objects.all())})" in page
    file = client.get(URL, {"outcome": str(outcome.pk), "format": "csv"})
    lines = b"".join(file.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 61 and "Outcome came" in lines[0]


def test_an_answer_of_a_known_day_stays_as_it_was_read_first(author: User) -> None:
    companies(12)
    day = TODAY - timedelta(days=40)
    bring_in(a_spreadsheet(day, seed=1, share=1.0))
    params = {"field": "delivered", "dated": "answered"}
    with clock.held_at(TODAY):
        register_outcome(by=author, name="成功", aim="success", origin="field", params=params,
                         counts="yes")  # fmt: skip
    bring_in(a_spreadsheet(day, seed=1, share=0.0))
    with clock.held_at(TODAY):
        assert take_readings() == 0
    assert set(Reading.objects.values_list("came", flat=True)) == {True}


@pytest.mark.parametrize("value", ["", "soon", "2999-01-01"])
def test_answers_without_a_day_that_has_come_are_not_read(author: User, value: str) -> None:
    companies(3)
    Account.objects.update(custom={"delivered": "yes", "answered": value})
    params = {"field": "delivered", "dated": "answered"}
    with clock.held_at(TODAY):
        made = register_outcome(by=author, name="成功", aim="success", origin="field",
                                params=params, counts="yes")  # fmt: skip
    assert not Reading.objects.exists()
    assert known_outcomes()[made.key].known_until(TODAY) is None
    an_hypothesis(outcome=made.key)
    with clock.held_at(TODAY):
        from banso.prove.hypotheses.jobs import check_hypotheses

        check_hypotheses(asked=True)
    assert not Check.objects.exists(), "nothing is known yet, and nothing breaks"


def test_who_may_not_define_reads_only(client: Client, author: User) -> None:
    client.force_login(a_user(role="viewer"))
    assert client.get(URL, {"origin": "metric"}).status_code == 200
    assert b"<form method" not in client.get(URL, {"origin": "metric"}).content.split(b"<main")[1]
    assert client.post(f"{URL}?origin=field", {}).status_code == 403


def test_a_metric_cannot_foretell_itself(client: Client, author: User) -> None:
    metric = a_metric("use", name_en="Use", name_ja="利用")
    client.force_login(author)
    given = {"name": "定着", "aim": "success", "metric": metric.pk, "compare": "at_least",
             "threshold": "5"}  # fmt: skip
    client.post(f"{URL}?origin=metric", given)
    made = OwnOutcome.objects.get()
    assert (made.counts, made.params["version"]) == ("5", 1)
    assert "“Use” at least 5 at the end of a quarter" in client.get(URL).content.decode()
    form = {
        "statement": "x", "metric": metric.pk, "compare": "", "direction": "more",
        "outcome": made.key, "smallest": "12", "every_months": "3", "owner": author.pk,
        "next_check_on": clock.today() + timedelta(days=40),
    }  # fmt: skip
    page = client.post(reverse("hypotheses:write_hypothesis"), form).content.decode()
    assert "The outcome is this very metric" in page
    assert not Hypothesis.objects.exists()
