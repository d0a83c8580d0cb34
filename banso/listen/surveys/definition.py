"""What a survey asks, as one document: pages of questions, their branches and both languages.

Pure: no Django. ``parse`` reads what the editor or a catalogue file says and raises
``msgspec.ValidationError``; ``faults`` says what is wrong with a definition that can be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from banso.listen.surveys.meanings import MEANINGS

Words = dict[str, str]
"""Text by language: {"ja": ..., "en": ...}; a language left out falls back to the other."""
LANGUAGES = ("ja", "en")
MOST_QUESTIONS, MOST_CHOICES = 100, 60
LONGEST_WORDS = 1000


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: str
    label: Words = {}


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """True when the answer to ``question`` is one of ``values`` (for a choice) or lies in
    ``low``..``high`` (for a scale); never where that question is hidden or not answered.
    """

    question: str
    values: list[str] = []
    low: int | None = None
    high: int | None = None


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """``key`` stays through versions. ``shown_if``: all of them must hold; each may only look at
    an earlier question. ``low``, ``high`` and ``ends`` are of a scale; ``other``: a choice that
    lets people write their own.
    """

    key: str
    kind: Literal["choice", "choices", "scale", "text"]
    title: Words
    meaning: str = ""
    help: Words = {}
    required: bool = False
    choices: list[Choice] = []
    other: bool = False
    low: int = 1
    high: int = 5
    ends: list[Words] = []
    long: bool = False
    shown_if: list[Condition] = []


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    questions: list[Question]
    title: Words = {}


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pages: list[Page]
    title: Words = {}
    intro: Words = {}
    thanks: Words = {}

    @property
    def questions(self) -> Iterator[Question]:
        for page in self.pages:
            yield from page.questions

    def meaning(self, key: str) -> Question | None:
        """The question that carries a meaning."""
        return next((one for one in self.questions if one.meaning == key), None)


def parse(document: Mapping[str, Any]) -> Definition:
    return msgspec.convert(document, Definition)


def as_document(definition: Definition) -> dict[str, Any]:
    """What the database keeps; ``parse`` gives the same definition back."""
    document: dict[str, Any] = msgspec.to_builtins(definition)
    return document


def words(text: Words, language: str) -> str:
    """In the language asked for, or in whichever there is."""
    found = text.get(language[:2]) or next((text[one] for one in LANGUAGES if text.get(one)), "")
    return found.strip()


def fingerprint(question: Question) -> str:
    """The same for two questions that ask the same in the same words with the same answers; order,
    help, branch and whether one must answer do not count.
    """
    said = (
        question.kind,
        sorted((k, v.strip()) for k, v in question.title.items() if v.strip()),
        [(one.value, sorted(one.label.items())) for one in question.choices],
        (question.low, question.high) if question.kind == "scale" else (),
    )
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:16]


class Fault(msgspec.Struct, frozen=True):
    """What is wrong and with which question ("" for the survey); ``reason`` is a key that the
    pages put into words.
    """

    question: str
    reason: str
    detail: str = ""


def faults(definition: Definition) -> list[Fault]:
    """Everything that keeps a definition from being asked; empty when it can be."""
    questions = list(definition.questions)
    found = [] if questions else [Fault("", "no_questions")]
    if len(questions) > MOST_QUESTIONS:
        found.append(Fault("", "too_many_questions", str(MOST_QUESTIONS)))
    earlier: dict[str, Question] = {}
    carried: set[str] = set()
    for question in questions:
        found += _faults_of(question, earlier)
        if question.meaning in carried and not MEANINGS[question.meaning].several:
            found.append(Fault(question.key, "meaning_twice", question.meaning))
        if question.meaning in MEANINGS:
            carried.add(question.meaning)
        earlier[question.key] = question
    return found


def _faults_of(question: Question, earlier: Mapping[str, Question]) -> Iterator[Fault]:
    key = question.key
    if not key or key in earlier:
        yield Fault(key, "key_twice" if key else "no_key")
    if not words(question.title, "en"):
        yield Fault(key, "no_title")
    if any(
        len(text) > LONGEST_WORDS for text in (*question.title.values(), *question.help.values())
    ):
        yield Fault(key, "title_too_long", str(LONGEST_WORDS))
    if question.kind in ("choice", "choices"):
        values = [one.value for one in question.choices]
        if not values or len(values) > MOST_CHOICES or "" in values:
            yield Fault(key, "needs_choices", str(MOST_CHOICES))
        if len(set(values)) < len(values):
            yield Fault(key, "choice_twice")
    if question.kind == "scale" and not 0 <= question.low < question.high <= 10:
        yield Fault(key, "scale_out_of_range")
    yield from _faults_of_meaning(question)
    for condition in question.shown_if:
        yield from _faults_of_condition(question, condition, earlier.get(condition.question))


def _faults_of_meaning(question: Question) -> Iterator[Fault]:
    if not question.meaning:
        return
    meaning = MEANINGS.get(question.meaning)
    if meaning is None or question.kind not in meaning.kinds:
        yield Fault(question.key, "meaning_does_not_fit", question.meaning)
        return
    offered = {one.value for one in question.choices}
    if meaning.values and not offered <= set(meaning.values):
        yield Fault(question.key, "meaning_wants_choices", ", ".join(meaning.values))
    if meaning.high and (question.low, question.high) != (meaning.low, meaning.high):
        yield Fault(question.key, "meaning_wants_scale", f"{meaning.low}–{meaning.high}")


def _faults_of_condition(
    question: Question, condition: Condition, asked: Question | None
) -> Iterator[Fault]:
    if asked is None or asked.kind == "text":
        yield Fault(question.key, "condition_on_later", condition.question)
    elif asked.kind == "scale":
        if condition.low is None and condition.high is None:
            yield Fault(question.key, "condition_empty", condition.question)
    elif not condition.values or not set(condition.values) <= {c.value for c in asked.choices}:
        yield Fault(question.key, "condition_empty", condition.question)
