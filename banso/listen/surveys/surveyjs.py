"""A definition as the JSON of the form library (SurveyJS), in one language.

Keys and choice values stay as they are; ``static/surveys/form.js`` turns what people fill in into
the answers that ``checking`` reads. A branch repeats those of the questions it looks at, since the
library takes the answer of a hidden question for an answer and ``checking.visible`` does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext, override, pgettext

from banso.listen.surveys.checking import LONGEST_OTHER, LONGEST_TEXT
from banso.listen.surveys.definition import Condition, Definition, Question, Words, words

TYPES = {"choice": "radiogroup", "choices": "checkbox", "scale": "rating", "text": "text"}
NEVER = "1 = 2"


def model_of(definition: Definition, language: str) -> dict[str, Any]:
    """Rendered by ``BansoSurvey`` in the browser."""
    asked = {question.key: question for question in definition.questions}
    with override(language):
        pages = [
            {
                "name": f"page{number}",
                "elements": [_element(one, asked, language) for one in page.questions],
                **_told("title", page.title, language),
            }
            for number, page in enumerate(definition.pages, start=1)
        ]
        return {
            "locale": language[:2],
            "pages": pages,
            "showProgressBar": len(pages) > 1,
            "showCompletePage": False,
            "showQuestionNumbers": "off",
            "checkErrorsMode": "onNextPage",
            "clearInvisibleValues": "none",
            "textUpdateMode": "onTyping",
            "widthMode": "responsive",
            "maxTextLength": LONGEST_TEXT,
            "maxCommentLength": LONGEST_OTHER,
            "pagePrevText": gettext("Back"),
            "pageNextText": pgettext("page of a form", "Next"),
            "completeText": gettext("Send the answers"),
            **_told("title", definition.title, language),
            **_told("description", definition.intro, language),
        }


def _told(name: str, text: Words, language: str) -> dict[str, str]:
    found = words(text, language)
    return {name: found} if found else {}


def _element(question: Question, asked: Mapping[str, Question], language: str) -> dict[str, Any]:
    element = {
        "type": "comment" if question.long and question.kind == "text" else TYPES[question.kind],
        "name": question.key,
        "title": words(question.title, language) or question.key,
        "isRequired": question.required,
        "requiredErrorText": gettext("Please answer this question."),
        **_told("description", question.help, language),
        **_answers(question, language),
    }
    if question.shown_if:
        parts = dict.fromkeys(_parts(question, asked, ()))
        element["visibleIf"] = NEVER if NEVER in parts else " and ".join(parts)
    return element


def _answers(question: Question, language: str) -> dict[str, Any]:
    if question.kind == "scale":
        ends = zip(("minRateDescription", "maxRateDescription"), question.ends, strict=False)
        told = [_told(name, text, language) for name, text in ends]
        scale = {
            "rateMin": question.low,
            "rateMax": question.high,
            "displayMode": "buttons",
            "rateDescriptionLocation": "bottom",
        }
        return {**scale, **{name: text for one in told for name, text in one.items()}}
    if question.kind == "text":
        return {}
    return {
        "choices": [
            {"value": one.value, "text": words(one.label, language) or one.value}
            for one in question.choices
        ],
        "showOtherItem": question.other,
        "otherText": pgettext("choice of a question", "Other"),
        "otherPlaceholder": gettext("Please describe"),
        "otherErrorText": gettext("Please describe, or choose another answer."),
    }


def _parts(
    question: Question, asked: Mapping[str, Question], through: tuple[str, ...]
) -> Iterator[str]:
    """What must hold for a question to be shown, one expression each, its own branches first."""
    for condition in question.shown_if:
        looked_at = asked.get(condition.question)
        if looked_at is None or condition.question in through:
            yield NEVER
            continue
        yield _expression(condition, looked_at)
        yield from _parts(looked_at, asked, (*through, question.key))


def _expression(condition: Condition, looked_at: Question) -> str:
    name = f"{{{looked_at.key}}}"
    if looked_at.kind == "scale":
        low = looked_at.low if condition.low is None else condition.low
        high = looked_at.high if condition.high is None else condition.high
        return f"{name} >= {low} and {name} <= {high}"
    if not condition.values:
        return NEVER
    return f"chosen({name}, {', '.join(_quoted(value) for value in condition.values)})"


def _quoted(value: str) -> str:
    """With "=" before it, or the library would take "1.0" for the number 1."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'={escaped}'"
