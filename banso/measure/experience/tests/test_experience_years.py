"""Does the experience of our customers become better?"""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Wave
from banso.listen.surveys.tests.builders import CALM, a_response, a_wave
from banso.listen.surveys.writes import create_wave, save_definition
from banso.measure.experience.tests.builders import an_answer
from banso.measure.experience.tests.test_experience_result import said, signed_in
from banso.measure.experience.years import Course, courses
from banso.prove.engine.answer import Answer

pytestmark = pytest.mark.django_db
PAGE = "/experience/years/"


def two_years(definition: Definition | None = None) -> tuple[Wave, Wave]:
    """Twelve people answer both times and become surer, ten new ones come."""
    first = a_wave(name="2025", opens_on=date(2025, 6, 1))
    version = first.version
    if definition is not None:
        version = save_definition(by=None, survey=first.survey, definition=definition)
    second = create_wave(by=None, version=version, name="2026", opens_on=date(2026, 6, 1))
    for number in range(12):
        account = an_account(employees=40)
        person = a_person(account)
        for wave, intent in ((first, 2 if number < 6 else 5), (second, 2 if number < 2 else 5)):
            a_response(wave, CALM | {"intent": intent}, account=account, person=person)
    for number in range(10):
        an_answer(second, "no_trouble", intent=5 if number < 5 else 2)
    return first, second


def course(key: str, *waves: Wave) -> Course:
    return next(one for one in courses(waves, object()) if one.followed.key == key)


def test_matched_and_new_ones_are_told_apart() -> None:
    step = course("intent", *two_years()).steps[0]
    assert isinstance(step.change, Answer) and isinstance(step.matched, Answer)
    assert step.change.value == pytest.approx(15 / 22 - 0.5)
    assert step.matched.value == pytest.approx(4 / 12) and step.matched.n == 12
    assert isinstance(step.new, Answer) and step.new.value == pytest.approx(0.5)


def reworded(key: str, **changes: object) -> Definition:
    document = msgspec.to_builtins(TEMPLATE.definition)
    for page in document["pages"]:
        for question in page["questions"]:
            if question["key"] == key:
                question.update(changes)
    return msgspec.convert(document, Definition)


def test_other_words_are_not_compared(client: Client) -> None:
    """The satisfaction question is asked otherwise; intent is not touched by that."""
    waves = two_years(reworded("satisfaction", title={"en": "How happy are you?"}))
    changed = course("satisfaction", *waves)
    assert [one.differs for one in changed.years] == ["other_words", ""] and not changed.steps
    assert len(course("intent", *waves).steps) == 1
    page = said(signed_in(client), PAGE)
    assert "asked in other words: not comparable" in page
    assert "Only one comparable asking yet" in page


def test_the_page_shows_the_two_terms(client: Client) -> None:
    two_years()
    page = said(signed_in(client), PAGE)
    assert "From 2025 to 2026: +18" in page and "Within groups" in page
    assert "n = 12" in page and "Answered both times" in page
    text = b"".join(client.get(f"{PAGE}?format=csv")).decode()
    assert "Intend to continue,2026,22" in text
    html = client.get(PAGE).content.decode()
    assert html.count("<svg") >= 4 and "style=" not in html


def test_one_year_is_no_course(client: Client) -> None:
    assert "No customer has answered" in said(signed_in(client), PAGE)
    an_answer(a_wave(), "above")
    assert "No question can be followed yet" in said(client, PAGE)
    assert "No question can be followed yet" in said(client, f"{PAGE}?survey=all")
