from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from banso.act.tasks.writes import complete_task
from banso.act.visits.done import rows_of
from banso.act.visits.tests.builders import a_visit, an_answer
from banso.act.visits.writes import add_finding
from banso.know.accounts.tests.builders import an_account
from banso.listen.surveys.models import Wave
from banso.listen.surveys.tests.builders import CALM, PLEASED, SILENT, a_response, a_wave
from banso.listen.surveys.writes import create_wave
from banso.prove.engine.answer import Answer
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = reverse("visits:what_was_done")
LAST, THIS = date(2025, 6, 1), date(2026, 6, 1)


@pytest.fixture
def years() -> tuple[Wave, Wave]:
    """Last year 12 of 24 customers had trouble and did not consult, this year 4 of 24."""
    before = a_wave(name="2025", opens_on=LAST)
    after = create_wave(by=None, version=before.version, name="2026", opens_on=THIS)
    accounts = [an_account() for _ in range(24)]
    for wave, silent in ((before, 12), (after, 4)):
        for place, account in enumerate(accounts):
            an_answer(wave, account, **(SILENT if place < silent else PLEASED))
    return before, after


def test_what_was_done_stands_beside_the_change(client: Client, years: tuple[Wave, Wave]) -> None:
    manager = a_user(role="manager")
    client.force_login(manager)
    with clock.held_at(LAST + timedelta(days=60)):
        for number in range(2):
            finding = add_finding(
                by=manager, visit=a_visit(an_account(), years[0]), kind="action", owner=manager,
                text=f"相談先を案内する {number}", due_on=THIS, meaning="leaf",
                value="not_consulted",
            )  # fmt: skip
        assert finding.task is not None
        complete_task(by=manager, task=finding.task)
    row = next(one for one in rows_of(*years, "ja") if one.value == "not_consulted")
    assert (row.found, row.tasks, row.done) == (2, 2, 1)
    assert (row.before.count, row.before.n) == (12, 24)
    assert row.after is not None and (row.after.count, row.after.n) == (4, 24)
    assert row.points is not None
    change, low, high = row.points
    assert change == pytest.approx(-100 / 3)
    assert low < change < high < 0
    text = " ".join(strip_tags(client.get(PAGE).content.decode()).split())
    assert "1 of 2 tasks done" in text
    assert "50.0% (n 24)" in text and "16.7% (n 24)" in text
    assert "cannot be read from this" in text


def test_a_change_is_reckoned_by_customer_not_by_answer(years: tuple[Wave, Wave]) -> None:
    """Five people of one customer say what one says: the interval does not shrink by five."""
    before, after = years
    lone = next(one for one in rows_of(before, after, "ja") if one.value == "not_consulted")
    for wave in years:
        for answer in list(wave.responses.all()):
            for _ in range(4):
                an_answer(wave, answer.account, **answer.answers)
    many = next(one for one in rows_of(before, after, "ja") if one.value == "not_consulted")
    assert isinstance(lone.change, Answer) and isinstance(many.change, Answer)
    assert many.change.n == 5 * lone.change.n
    assert many.change.high - many.change.low == pytest.approx(lone.change.high - lone.change.low)


def test_what_was_done_outside_the_time_does_not_count(years: tuple[Wave, Wave]) -> None:
    manager = a_user(role="manager")
    for day in (LAST - timedelta(days=2), THIS + timedelta(days=2)):
        with clock.held_at(day):
            add_finding(
                by=manager, visit=a_visit(an_account()), kind="action", text="x", owner=manager,
                due_on=THIS, meaning="leaf", value="not_consulted",
            )  # fmt: skip
    assert all(row.found == 0 for row in rows_of(*years, "ja"))


def test_few_answers_are_not_shown_as_a_share(client: Client) -> None:
    client.force_login(a_user())
    wave = a_wave()
    for _ in range(9):
        an_answer(wave, **SILENT)
    text = client.get(PAGE).content.decode()
    assert "too few (n 9)" in text
    assert "100.0%" not in text


def test_after_one_wave_it_waits_for_the_next(client: Client) -> None:
    client.force_login(a_user())
    an_answer(a_wave())
    assert "The next wave’s result will stand here" in client.get(PAGE).content.decode()


def test_anonymous_waves_are_compared_without_customers(client: Client) -> None:
    client.force_login(a_user())
    before = a_wave(name="2025", opens_on=LAST, is_anonymous=True)
    after = create_wave(
        by=None, version=before.version, name="2026", opens_on=THIS, is_anonymous=True
    )
    for wave, silent in ((before, 9), (after, 3)):
        for place in range(12):
            a_response(wave, SILENT if place < silent else CALM)
    row = next(one for one in rows_of(before, after, "ja") if one.value == "not_consulted")
    assert row.points is not None and row.points[0] == pytest.approx(-50)


def test_the_file_has_the_same_figures(client: Client, years: tuple[Wave, Wave]) -> None:
    client.force_login(a_user())
    lines = client.get(PAGE, {"format": "csv"}).getvalue().decode().splitlines()
    found = next(line for line in lines if line.startswith('"Trouble, did not consult"'))
    assert ",50.0,24,16.7,24,-33.3," in found


def test_without_any_answer_it_says_what_to_do_first(client: Client) -> None:
    client.force_login(a_user())
    assert "Nobody has answered a survey yet" in client.get(PAGE).content.decode()
    assert client.get(PAGE, {"before": "9" * 30, "after": "x"}).status_code == 200
