"""Who answered, who kept silent, and how much could that change?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.listen.surveys.models import Wave
from banso.listen.surveys.tests.builders import a_wave
from banso.measure.experience.answers import version
from banso.measure.experience.segments import segment_fields
from banso.measure.experience.silent import Silent, silent_of, tipping
from banso.measure.experience.tests.builders import an_answer, answers
from banso.measure.experience.tests.test_experience_result import said, signed_in
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.proportions import Interval
from banso.prove.engine.raking import Raked
from banso.prove.engine.tipping_point import Tipping
from banso.shared.clock import held_at

pytestmark = pytest.mark.django_db
PAGE = "/experience/who-answered/"
OPENS = date(2025, 6, 1)


def worked() -> Wave:
    """The worked example of non-response, a tenth of it: small 7 of 70, mid 6 of 25, large 5 of 5;
    there 4, 4 and 5 mean to stay. All have a contract of a year; three silent small ones left.
    """
    wave = a_wave(opens_on=OPENS)
    for employees, number, answered, staying in ((20, 70, 7, 4), (100, 25, 6, 4), (2000, 5, 5, 5)):
        for place in range(number):
            account = an_account(employees=employees)
            left = employees == 20 and place >= 67
            Subscription.objects.create(
                account=account, external_id=f"S-{account.pk}", start=OPENS - timedelta(300),
                end=OPENS + timedelta(65), mrr_minor=1000 * employees, currency="JPY",
                outcome="churned" if left else "renewed",
            )  # fmt: skip
            if place < answered:
                an_answer(wave, "no_trouble", account, intent=5 if place < staying else 2)
    return wave


def seen_of(wave: Wave) -> Silent:
    return silent_of(wave, segment_fields(wave.opens_on), version(wave))


def test_the_worked_example() -> None:
    with held_at(date(2026, 7, 1)):
        seen = seen_of(worked())
    assert (seen.answered, seen.population) == (18, 100)
    assert seen.post == pytest.approx(0.7 * 4 / 7 + 0.25 * 4 / 6 + 0.05)
    assert isinstance(seen.limits, Interval)
    assert tuple(seen.limits) == pytest.approx((0.13, 0.95))
    assert isinstance(seen.raked, Raked)
    intent = seen.sides[0]
    assert isinstance(intent.raw, Answer) and isinstance(intent.weighted, Answer)
    assert intent.raw.value == pytest.approx(13 / 18)
    assert intent.weighted.value == pytest.approx(0.7 * 4 / 7 + 0.25 * 4 / 6 + 0.05, abs=1e-4)
    assert seen.raked.effective_n < 18
    tip = tipping(seen, 0.5)
    assert isinstance(tip, Tipping)
    assert 0.18 * 13 / 18 + 0.82 * tip.silent == pytest.approx(0.5)
    ours, theirs, _gap = seen.stayed
    assert isinstance(ours, Answer) and ours.value == 1.0
    assert isinstance(theirs, Answer) and theirs.value == pytest.approx(79 / 82)


def test_the_page_says_it_in_words(client: Client) -> None:
    worked()
    page = said(signed_in(client), PAGE)
    assert "18 of 100 customers answered (18%" in page
    assert "between 13% and 95% of all customers" in page
    assert "effective n" in page and "the caveat stays" in page
    assert "the silent would have to lie" in page and "Employees, median" in page
    assert "would have to lie" in said(client, f"{PAGE}?threshold=60")
    assert said(client, f"{PAGE}?threshold=nonsense") == said(client, PAGE)
    text = b"".join(client.get(f"{PAGE}?format=csv")).decode()
    assert "Company size,1–49 employees,7,70,0.1" in text


def test_few_answers_have_no_weights() -> None:
    wave = a_wave()
    answers(wave, "above", 2)
    seen = seen_of(wave)
    assert all(isinstance(side.raw, NoAnswer) for side in seen.sides)
    assert isinstance(tipping(seen, 0.5), NoAnswer)


def test_anonymity_and_emptiness_are_told(client: Client) -> None:
    assert "No customer has answered" in said(signed_in(client), PAGE)
    answers(a_wave(is_anonymous=True), "above", 12)
    assert "nobody knows which customers answered" in said(client, PAGE)
