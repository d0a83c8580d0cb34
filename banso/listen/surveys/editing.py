"""Changes to a definition, each one giving a new definition; whether it may be kept is asked of
``definition.faults`` afterwards.

Pure: no Django. Pages are meant by their place, questions by their key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from banso.listen.surveys.definition import Condition, Definition, Page, Question, Words


class Gone(Exception):
    """The question or page that was to be changed is not there any more."""


def stamp(part: Question | Page | list[Words]) -> str:
    """Says whether somebody else changed a part since it was shown."""
    return hashlib.sha256(msgspec.json.encode(part)).hexdigest()[:16]


def texts_of(definition: Definition) -> list[Words]:
    return [definition.title, definition.intro, definition.thanks]


def with_texts(definition: Definition, texts: list[Words]) -> Definition:
    title, intro, thanks = texts
    return replace(definition, title=title, intro=intro, thanks=thanks)


def question_of(definition: Definition, key: str) -> Question | None:
    return next((one for one in definition.questions if one.key == key), None)


def page_of(definition: Definition, key: str) -> int:
    """The place of the page that holds a question."""
    for place, page in enumerate(definition.pages):
        if any(one.key == key for one in page.questions):
            return place
    raise Gone(key)


def put_question(definition: Definition, question: Question, page: int) -> Definition:
    """In place of the one with its key, or last on a page; a survey without pages gets one."""
    pages = definition.pages or [Page([])]
    if question_of(definition, question.key):
        page = page_of(definition, question.key)
        kept = [question if one.key == question.key else one for one in pages[page].questions]
    elif 0 <= page < len(pages):
        kept = [*pages[page].questions, question]
    else:
        raise Gone(str(page))
    return _with_page(definition, pages, page, replace(pages[page], questions=kept))


def _with_page(definition: Definition, pages: list[Page], at: int, page: Page) -> Definition:
    return replace(definition, pages=[*pages[:at], page, *pages[at + 1 :]])


def finished(question: Question, asked: Iterable[Question]) -> Question:
    """Without rows that say nothing, and of a branch only what its question can answer."""
    by_key = {one.key: one for one in asked}
    branches = [_fitting(one, by_key.get(one.question)) for one in question.shown_if]
    choices = [one for one in question.choices if one.label]
    return replace(question, choices=choices, shown_if=[one for one in branches if one.question])


def _fitting(condition: Condition, asked: Question | None) -> Condition:
    if asked and asked.kind == "scale":
        return replace(condition, values=[])
    offered_values = {choice.value for choice in asked.choices} if asked else set()
    kept = [value for value in condition.values if value in offered_values]
    return replace(condition, values=kept, low=None, high=None)


def drop_question(definition: Definition, key: str) -> Definition:
    at = page_of(definition, key)
    kept = [one for one in definition.pages[at].questions if one.key != key]
    page = replace(definition.pages[at], questions=kept)
    return _with_page(definition, definition.pages, at, page)


def move_question(definition: Definition, key: str, step: int) -> Definition:
    """One place up (-1) or down (1), over the edge of its page onto the next."""
    at = page_of(definition, key)
    pages = [list(page.questions) for page in definition.pages]
    place = next(i for i, one in enumerate(pages[at]) if one.key == key)
    if 0 <= place + step < len(pages[at]):
        pages[at].insert(place + step, pages[at].pop(place))
    elif 0 <= at + step < len(pages):
        moved = pages[at].pop(place)
        pages[at + step].insert(0 if step > 0 else len(pages[at + step]), moved)
    changed = zip(definition.pages, pages, strict=True)
    return replace(definition, pages=[replace(page, questions=q) for page, q in changed])


def place_question(definition: Definition, key: str, page: int, before: str) -> Definition:
    """To where another question stands, in front of it; last on a page when there is none."""
    at = page_of(definition, before) if before else page
    moved, target = question_of(definition, key), _page_at(definition, at)
    if moved is None:
        raise Gone(key)
    if before == key or (not before and moved in target.questions[-1:]):
        return definition
    pages = [[one for one in page.questions if one.key != key] for page in definition.pages]
    ahead = next((i for i, one in enumerate(pages[at]) if one.key == before), len(pages[at]))
    pages[at].insert(ahead, moved)
    changed = zip(definition.pages, pages, strict=True)
    return replace(definition, pages=[replace(page, questions=q) for page, q in changed])


def add_page(definition: Definition) -> Definition:
    return replace(definition, pages=[*definition.pages, Page([])])


def title_page(definition: Definition, at: int, title: Words) -> Definition:
    page = replace(_page_at(definition, at), title=title)
    return _with_page(definition, definition.pages, at, page)


def move_page(definition: Definition, at: int, step: int) -> Definition:
    _page_at(definition, at)
    pages = list(definition.pages)
    if 0 <= at + step < len(pages):
        pages.insert(at + step, pages.pop(at))
    return replace(definition, pages=pages)


def drop_page(definition: Definition, at: int) -> Definition:
    """Only an empty one: a question is never dropped by the way."""
    if _page_at(definition, at).questions:
        raise ValueError("the page has questions")
    return replace(definition, pages=[*definition.pages[:at], *definition.pages[at + 1 :]])


def _page_at(definition: Definition, at: int) -> Page:
    if not 0 <= at < len(definition.pages):
        raise Gone(str(at))
    return definition.pages[at]


def free_name(first: str, wanted: str, used: Iterable[str]) -> str:
    """``wanted``, or ``first`` and a number; never one that an older version used for another."""
    taken = set(used)
    if wanted and wanted not in taken:
        return wanted
    ends = (one.removeprefix(first) for one in taken if one.startswith(first))
    return f"{first}{max((int(end) for end in ends if end.isdecimal()), default=0) + 1}"


def dependants(definition: Definition, key: str) -> list[Question]:
    """The questions that are shown by what was answered to this one."""
    return [q for q in definition.questions if any(c.question == key for c in q.shown_if)]


def opening(definition: Definition, key: str) -> dict[str, Any]:
    """Answers that lead to a question, for looking at it in the preview."""
    answers: dict[str, Any] = {}
    waiting = [question_of(definition, key)]
    while waiting:
        question = waiting.pop()
        for condition in question.shown_if if question else ():
            asked = question_of(definition, condition.question)
            if asked is None or asked.key in answers:
                continue
            answers[asked.key] = _first_value(asked, condition.values, condition.low)
            waiting.append(asked)
    return {name: value for name, value in answers.items() if value is not None}


def _first_value(asked: Question, values: list[str], low: int | None) -> Any:
    if asked.kind == "scale":
        return asked.low if low is None else low
    if not values:
        return None
    return [values[0]] if asked.kind == "choices" else values[0]


def untranslated(definition: Definition, language: str) -> list[str]:
    """Keys of the questions that people who read this language would see in the other."""
    found = []
    for question in definition.questions:
        texts = [question.title, *(one.label for one in question.choices)]
        texts += [text for text in (question.help, *question.ends) if any(text.values())]
        if not all(text.get(language, "").strip() for text in texts):
            found.append(question.key)
    return found
