from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from banso.listen.surveys.definition import Definition, Question
from banso.listen.surveys.definition import Page as SurveyPage
from banso.listen.surveys.models import Survey
from banso.listen.surveys.reads import definition_of, newest_version
from banso.listen.surveys.tests.builders import a_survey, a_wave
from banso.shared.users.tests.builders import a_user

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer


THREE = [
    SurveyPage([Question(key, "text", {"ja": key, "en": key}) for key in "ab"]),
    SurveyPage([Question("c", "text", {"ja": "c", "en": "c"})]),
]
GOING_ON = ".htmx-request, .htmx-swapping, .htmx-settling"


def address(survey: Survey) -> str:
    return reverse("surveys:survey_edit", args=[survey.pk])


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?question=trouble", "?question=nobody", "?new=0",
                                   "?new=77", "?new=x", "?part=texts"])  # fmt: skip
def test_the_editor_opens_with_any_part(client: Client, query: str) -> None:
    client.force_login(a_user(role="analyst"))
    assert client.get(address(a_survey()) + query).status_code == 200


@pytest.mark.django_db
def test_the_editor_says_what_a_change_does_to_the_version(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    assert "You are writing version 1" in client.get(address(a_survey())).content.decode()
    shown = client.get(address(a_wave().survey)).content.decode()
    assert "your first change begins a new version" in shown


@pytest.mark.django_db
def test_an_empty_survey_asks_for_its_first_question(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    survey = a_survey(definition=Definition([]))
    assert "Write the first one" in client.get(address(survey)).content.decode()
    shown = client.get(address(survey) + "?new=0").content.decode()
    assert 'name="title_ja"' in shown


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_those_who_may_not_define_do_not_see_the_editor(client: Client, role: str) -> None:
    client.force_login(a_user(role=role))
    assert client.get(address(a_survey())).status_code == 403


@pytest.fixture
def opened(open_page: Callable[..., Page], live_server: LiveServer) -> Callable[..., Page]:
    def visit(survey: Survey, query: str = "", **options: Any) -> Page:
        page = open_page(a_user(role="analyst"), **options)
        page.goto(live_server.url + address(survey) + query)
        expect(page.locator("#preview .sd-root-modern")).to_be_visible()
        return page

    return visit


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_survey_is_edited_by_keyboard_and_the_preview_follows(
    opened: Callable[..., Page],
) -> None:
    survey = a_survey()
    page = opened(survey, locale="en-US")
    preview = page.locator("#preview")
    page.locator("#edit-why_not").focus()
    page.keyboard.press("Enter")
    page.locator("#title-en").focus()
    # the branch is answered for the one who edits, so that the question can be seen
    expect(preview).to_contain_text("Why did you not consult us?")
    page.keyboard.press("Control+A")
    page.keyboard.type("What kept you from asking?")
    expect(preview).to_contain_text("What kept you from asking?")
    assert "What kept" not in str(newest_version(survey).definition)
    page.locator("#add-choice").focus()
    page.keyboard.press("Enter")
    added = page.locator("input[name=choice_en]").nth(5)
    added.focus()
    page.keyboard.type("It was a holiday")
    expect(preview).to_contain_text("It was a holiday")
    page.keyboard.press("Enter")
    expect(page.locator(GOING_ON)).to_have_count(0)
    page.locator("#up-recommend").focus()
    page.keyboard.press("Enter")
    expect(page.locator(GOING_ON)).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "up-recommend"
    saved = definition_of(newest_version(survey))
    assert saved.pages[1].questions[1].title["en"] == "What kept you from asking?"
    assert [one.key for one in saved.pages[2].questions][1] == "recommend"
    page.locator("[data-preview-language=ja]").focus()
    page.keyboard.press("Enter")
    expect(preview).to_contain_text("お客様満足度調査")


def drag(page: Page, handle: str, target: str, y: int) -> None:
    """By mouse: it begins where the handle is, before the page scrolls, and the browser tells of
    the place from the second movement on.
    """
    page.locator(handle).hover()
    page.mouse.down()
    box = page.locator(handle).bounding_box()
    assert box
    page.mouse.move(box["x"], box["y"], steps=3)
    for _each in range(2):
        page.locator(target).hover(position={"x": 60, "y": y})
    page.mouse.up()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_questions_and_pages_are_dragged_and_what_is_typed_stays(
    opened: Callable[..., Page],
) -> None:
    survey = a_survey(definition=Definition(THREE))
    page = opened(survey, "?question=b", locale="en-US")
    page.locator("#title-en").fill("Half written")
    drag(page, "[data-drag-question=c]", "[data-key=a]", 3)
    expect(page.locator("[data-page='0'] [data-key]").first).to_have_attribute("data-key", "c")
    expect(page.locator("#title-en")).to_have_value("Half written")
    drag(page, "[data-drag-question=c]", "[data-page='1'] .card-header", 9)
    expect(page.locator("[data-page='1'] [data-key=c]")).to_be_visible()
    expect(page.locator(GOING_ON)).to_have_count(0)
    drag(page, "[data-drag-page='1']", "[data-page='0']", 3)
    expect(page.locator("[data-page='0'] [data-key=c]")).to_be_visible()
    expect(page.locator(".drop-before, .drop-after, .dragged")).to_have_count(0)
    kept = definition_of(newest_version(survey))
    assert [[one.key for one in two.questions] for two in kept.pages] == [["c"], ["a", "b"]]
    assert "Half written" not in str(newest_version(survey).definition)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("query", ["", "?question=channel", "?question=intent", "?part=texts"])
def test_the_editor_stands_on_a_phone_and_a_desk(
    opened: Callable[..., Page],
    serious_faults: Callable[[Page], list[str]],
    overflow: Callable[[Page], int],
    width: int,
    query: str,
) -> None:
    page = opened(a_survey(), query, locale="ja-JP", width=width)
    assert serious_faults(page) == []
    assert overflow(page) == 0
