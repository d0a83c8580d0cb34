"""What the pages of a survey show, shaped for their templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec.structs import replace

from banso.listen.surveys.comparing import compared
from banso.listen.surveys.definition import (
    LANGUAGES,
    Choice,
    Condition,
    Definition,
    Question,
    Words,
    parse,
    words,
)
from banso.listen.surveys.editing import (
    Gone,
    finished,
    opening,
    page_of,
    put_question,
    question_of,
    stamp,
    texts_of,
    untranslated,
    with_texts,
)
from banso.listen.surveys.meanings import MEANINGS
from banso.listen.surveys.models import SurveyVersion
from banso.listen.surveys.surveyjs import model_of
from banso.listen.surveys.wording import (
    ICONS,
    KINDS,
    PARTS,
    STATES,
    TEXTS,
    label_of,
    reader_language,
    shown_when,
    sized,
    title_of,
)
from banso.listen.surveys.wording import MEANINGS as MEANT

SCALE = range(11)


@dataclass
class Opened:
    """What of the editor is open, with what stands in its form: saved or not."""

    part: str = ""
    question: Question | None = None
    page: int = 0
    is_new: bool = False
    seen: str = ""
    faults: list[str] = field(default_factory=list)
    theirs: Question | None = None
    theirs_texts: list[Words] | None = None
    conflict: str = ""
    typed: Any = None
    renaming: int | None = None
    """The page whose new title could not be kept."""


def is_placed(definition: Definition, opened: Opened) -> bool:
    """Whether the outline has a place for the open form: somebody may have deleted it."""
    if opened.question is None:
        return True
    if opened.is_new:
        return opened.page < len(definition.pages)
    return question_of(definition, opened.question.key) is not None


def outline(definition: Definition) -> list[dict[str, Any]]:
    """Pages and questions as the editor and the survey's page list them."""
    return [
        {
            "at": at,
            "title": words(page.title, reader_language()) or _("Page %(n)d") % {"n": at + 1},
            "page": page,
            "seen": stamp(page),
            "rows": [_row(question, definition) for question in page.questions],
        }
        for at, page in enumerate(definition.pages)
    ]


def _row(question: Question, definition: Definition) -> dict[str, Any]:
    return {
        "key": question.key,
        "question": question,
        "title": title_of(question),
        "icon": ICONS[question.kind],
        "kind": KINDS[question.kind],
        "meaning": MEANT.get(question.meaning, ""),
        "branch": shown_when(question, definition),
        "answers": _answers(question),
        "seen": stamp(question),
    }


def _answers(question: Question) -> str:
    if question.kind == "scale":
        ends = [words(end, reader_language()) for end in question.ends]
        told = f" ({' – '.join(ends)})" if all(ends) and ends else ""
        return f"{question.low}–{question.high}{told}"
    labels = [label_of(one) for one in question.choices]
    return " / ".join([*labels, _("own words")] if question.other else labels)


def preview(definition: Definition, opened: Opened | None = None) -> dict[str, Any]:
    """What the preview script reads; the question in the open form stands in it, saved or not."""
    question = opened.question if opened else None
    page = 0
    if opened and opened.part == "texts" and opened.typed:
        definition = with_texts(definition, opened.typed)
    if opened and question:
        try:
            whole = finished(question, definition.questions)
            whole = replace(whole, title=whole.title or {"ja": "…"})
            definition = put_question(definition, whole, opened.page)
            page = page_of(definition, question.key)
        except Gone:
            question = None
    return {
        "models": {one: model_of(definition, one) for one in LANGUAGES},
        "answers": opening(definition, question.key) if question else {},
        "page": page,
        "open": question.key if question else "",
    }


def question_form(definition: Definition, opened: Opened) -> dict[str, Any]:
    """Options and rows of the open question's form."""
    question = opened.question
    if question is None:
        return {}
    meaning = MEANINGS.get(question.meaning)
    earlier = _before(definition, opened)
    return {
        "kinds": [(key, label, key == question.kind) for key, label in KINDS.items()],
        "meanings": [(key, label, key == question.meaning) for key, label in MEANT.items()],
        "fixed": [(one, one) for one in meaning.values] if meaning else [],
        "has_choices": question.kind in ("choice", "choices"),
        "choices": _choice_rows(question),
        "scale": SCALE,
        "ends": [question.ends[at] if at < len(question.ends) else {} for at in (0, 1)],
        "branches": [_branch(at, one, earlier) for at, one in enumerate(question.shown_if)],
        "may_branch": bool(earlier),
    }


def _choice_rows(question: Question) -> list[dict[str, Any]]:
    return [{"at": at, "choice": one} for at, one in enumerate(question.choices)]


def _before(definition: Definition, opened: Opened) -> list[Question]:
    """The questions whose answers can show this one: those before it, except texts."""
    found: list[Question] = []
    for at, page in enumerate(definition.pages):
        if opened.is_new and at > opened.page:
            break
        for question in page.questions:
            if opened.question and question.key == opened.question.key:
                return found
            if question.kind != "text":
                found.append(question)
    return found


def _branch(at: int, condition: Condition, earlier: list[Question]) -> dict[str, Any]:
    asked = next((one for one in earlier if one.key == condition.question), None)
    choices: list[Choice] = asked.choices if asked else []
    return {
        "at": at,
        "questions": [(one.key, title_of(one), one is asked) for one in earlier],
        "lost": condition.question if condition.question and asked is None else "",
        "values": [(one.value, label_of(one), one.value in condition.values) for one in choices],
        "scale": range(asked.low, asked.high + 1) if asked and asked.kind == "scale" else (),
        "low": condition.low,
        "high": condition.high,
    }


def texts_form(definition: Definition, opened: Opened) -> list[dict[str, Any]]:
    if opened.part != "texts":
        return []
    typed, theirs = opened.typed or texts_of(definition), opened.theirs_texts
    rows = zip(("title", "intro", "thanks"), typed, theirs or typed, strict=True)
    return [
        {"name": name, "label": TEXTS[name], "text": text, "theirs": other if theirs else None}
        for name, text, other in rows
    ]


def hints(definition: Definition) -> list[str]:
    """What is no fault and yet worth knowing before one asks."""
    missing = {language: untranslated(definition, language) for language in LANGUAGES}
    told = {
        "ja": ngettext(
            "%(n)d question is not whole in Japanese; the missing words will be shown in English.",
            "%(n)d questions are not whole in Japanese; the missing words will be shown in "
            "English.",
            len(missing["ja"]),
        ),
        "en": ngettext(
            "%(n)d question is not whole in English; the missing words will be shown in Japanese.",
            "%(n)d questions are not whole in English; the missing words will be shown in "
            "Japanese.",
            len(missing["en"]),
        ),
    }
    return [told[one] % {"n": len(keys)} for one, keys in missing.items() if keys]


def headline(definition: Definition, times: int, answers: int) -> str:
    size = sized(definition)
    if not times:
        return _("%(size)s. Nobody was asked yet.") % {"size": size}
    asked = ngettext("asked once", "asked %(n)d times", times) % {"n": times}
    given = ngettext("%(n)s answer", "%(n)s answers", answers) % {"n": f"{answers:,}"}
    told = {"size": size, "asked": asked, "answers": given}
    return _("%(size)s; %(asked)s, %(answers)s.") % told


def changes(versions: list[SurveyVersion]) -> Iterator[dict[str, Any]]:
    """Each version against the one before it; ``versions`` the newest first."""
    for place, version in enumerate(versions):
        definition = parse(version.definition)
        earlier = versions[place + 1] if place + 1 < len(versions) else None
        rows = compared(parse(earlier.definition), definition) if earlier else []
        counts = {state: sum(one.state == state for one in rows) for state in STATES}
        yield {
            "version": version,
            "size": sized(definition),
            "earlier": earlier,
            "counts": [(STATES[s], n, s) for s, n in counts.items() if n],
            "rows": [
                {
                    "state": one.state,
                    "said": STATES[one.state],
                    "title": title_of(one.question),
                    "before": title_of(one.before) if one.before else "",
                    "parts": [PARTS[part] for part in one.parts],
                }
                for one in rows
            ],
        }
