"""The form library in the browser and ``checking`` on the server show the same questions."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from banso.listen.surveys.catalogue import templates
from banso.listen.surveys.checking import checked, visible
from banso.listen.surveys.definition import Choice, Condition, Definition, Question, faults
from banso.listen.surveys.definition import Page as SurveyPage
from banso.listen.surveys.forms import Kind
from banso.listen.surveys.surveyjs import model_of
from banso.listen.surveys.tests.builders import CALM, PLEASED, SILENT, a_survey
from banso.shared.users.tests.builders import a_user

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

# alike to a library that compares loosely
VALUES = ("yes", "Yes", "YES", "1", "01", "1.0", "a b", "a", "é", "e", "はい", "ハイ", "2026-01-01",
          "true", "null", "a,b", "[x]", "undefined", "a and b", "0")  # fmt: skip
KINDS: tuple[Kind, ...] = ("choice", "choices", "scale", "text")
KEYS = ("trouble", "お困りごと", "q1", "q10", "_2", "and", "not", "Empty", "a_b", "row")
EXPERIENCE = templates()["experience"].definition


def a_random_survey(random: Random) -> Definition:
    asked: list[Question] = []
    for key in random.sample(KEYS, random.randint(2, len(KEYS))):
        kind = random.choice(KINDS)
        earlier = [one for one in asked if one.kind != "text"]
        looked_at = random.sample(earlier, min(len(earlier), random.choice((0, 1, 1, 2))))
        low = random.randint(0, 3)
        asked.append(
            Question(
                key=key,
                kind=kind,
                title={"ja": key},
                choices=[Choice(one) for one in random.sample(VALUES, random.randint(2, 6))]
                if kind in ("choice", "choices")
                else [],
                other=kind in ("choice", "choices") and random.random() < 0.4,
                low=low,
                high=low + random.randint(1, 7),
                shown_if=[_condition(one, random) for one in looked_at],
            )
        )
    cut = random.randint(1, len(asked))
    return Definition([SurveyPage(part) for part in (asked[:cut], asked[cut:]) if part])


def _condition(asked: Question, random: Random) -> Condition:
    if asked.kind == "scale":
        low = random.randint(asked.low, asked.high)
        return Condition(asked.key, low=low, high=random.choice((None, asked.high)))
    values = [one.value for one in asked.choices]
    return Condition(asked.key, random.sample(values, random.randint(1, len(values) - 1)))


def random_answers(definition: Definition, random: Random) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for question in definition.questions:
        if random.random() < 0.25:
            continue
        values = [one.value for one in question.choices]
        own = ["other:ほかの 答え"] if question.other and random.random() < 0.3 else []
        if question.kind == "scale":
            answers[question.key] = random.randint(question.low, question.high)
        elif question.kind == "text":
            answers[question.key] = "自由 {q1} <b>text</b>"
        elif question.kind == "choice":
            answers[question.key] = own[0] if own else random.choice(values)
        else:
            chosen = random.sample(values, random.randint(0 if own else 1, len(values)))
            answers[question.key] = chosen + own
    return answers


SHOWN = """cases => cases.map(([model, answers]) => {
  const form = BansoSurvey(document.createElement("div"), model, answers);
  const shown = form.survey.getAllQuestions().filter((one) => one.isVisible);
  return [shown.map((one) => one.name), form.answers()];
})"""


@pytest.fixture
def page(open_page: Callable[..., Page], live_server: LiveServer, transactional_db: None) -> Page:
    """A page that has loaded what draws surveys, under the policy that all pages have."""
    page = open_page(a_user(role="viewer"))
    page.goto(live_server.url + reverse("surveys:survey_detail", args=[a_survey().pk]))
    expect(page.locator("#preview .sd-root-modern")).to_be_visible()
    return page


@pytest.mark.browser
def test_browser_and_server_show_the_same_questions_of_random_surveys(page: Page) -> None:
    random = Random(5)  # noqa: S311 - examples, no secrets
    cases = []
    for _number in range(60):
        definition = a_random_survey(random)
        assert faults(definition) == []
        cases += [(definition, random_answers(definition, random)) for _one in range(6)]
    sent = [(model_of(definition, "ja"), answers) for definition, answers in cases]
    for (definition, answers), (shown, given) in zip(
        cases, page.evaluate(SHOWN, sent), strict=True
    ):
        expected = visible(definition, answers)
        assert shown == list(expected), (definition, answers)
        # what comes back is what was put in, hidden answers left out, and may be kept
        assert given == {key: value for key, value in answers.items() if key in expected}
        assert checked(definition, given, whole=False).faults == []


@pytest.mark.browser
def test_the_experience_survey_is_filled_in_and_taken_by_the_server(page: Page) -> None:
    paths = (CALM, PLEASED, SILENT)
    model = model_of(EXPERIENCE, "en")
    found = page.evaluate(SHOWN, [(model, answers) for answers in paths])
    for answers, (shown, given) in zip(paths, found, strict=True):
        assert shown == list(visible(EXPERIENCE, answers))
        assert checked(EXPERIENCE, given, whole=True).faults == []


@pytest.mark.browser
def test_a_page_that_cannot_be_saved_stays_with_what_was_typed(page: Page) -> None:
    page.evaluate(
        """model => {
          const place = document.createElement("div");
          place.id = "tried";
          document.querySelector("main").prepend(place);
          const onPage = async () => {
            if (window.refuse) throw new Error("Not saved: try again.");
          };
          window.refuse = true;
          BansoSurvey(place, model, {}, { onPage });
        }""",
        model_of(EXPERIENCE, "en"),
    )
    tried = page.locator("#tried")
    tried.get_by_text("No", exact=True).first.click()
    tried.get_by_role("button", name="Next").click()
    expect(tried).to_contain_text("Not saved: try again.")
    assert tried.get_by_role("radio", name="No", exact=True).first.is_checked()
    page.evaluate("window.refuse = false")
    tried.get_by_role("button", name="Next").click()
    expect(tried).to_contain_text("About the service as a whole")


@pytest.mark.browser
def test_every_template_is_drawn_in_both_languages_with_nothing_from_elsewhere(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    preview = page.locator("#preview")
    for template in templates().values():
        for language in ("ja", "en"):
            model = model_of(template.definition, language)
            page.evaluate("model => BansoSurvey(document.getElementById('preview'), model)", model)
            first = next(iter(template.definition.questions))
            expect(preview).to_contain_text(first.title[language])
    assert [url for url in asked if not url.startswith("data:")] == []


def test_a_branch_on_what_is_not_there_is_never_shown() -> None:
    lost = Question("b", "text", {"ja": "B"}, shown_if=[Condition("nobody", ["x"])])
    element = model_of(Definition([SurveyPage([lost])]), "ja")["pages"][0]["elements"][0]
    assert element["visibleIf"] == "1 = 2"


def test_the_model_speaks_the_language_asked_for_and_falls_back() -> None:
    only = Definition([SurveyPage([Question("a", "text", {"ja": "ご意見"})])])
    model = model_of(only, "en")
    assert model["pages"][0]["elements"][0]["title"] == "ご意見"
    assert model["completeText"] == "Send the answers"
    assert model_of(only, "ja")["completeText"] == "回答を送信する"
