"""What a survey asks, as one document: pages of questions, their branches and both languages.

Pure: no Django. ``parse`` reads what the editor or a catalogue file says and raises
``msgspec.ValidationError``; ``faults`` says what is wrong with a definition that can be read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from banso.listen.surveys.meanings import MEANINGS

Words = dict[str, str]
"""Text by language: {"ja": ..., "en": ...}; a language left out falls back to the other."""
LANGUAGES = ("ja", "en")
MOST_QUESTIONS, MOST_CHOICES = 100, 60
LONGEST_WORDS, LONGEST_VALUE = 1000, 100
KEY = re.compile(r"\w{1,60}")
VALUE = re.compile(rf"(?!other:|\s)[^'\"{{}}\\\x00-\x1f]{{1,{LONGEST_VALUE}}}(?<!\s)")
"""The form library reads both inside expressions; "other:" begins a choice of one's own, and what
surrounds an answer is cut off.
"""


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
    if len(questions) > MOST_QUESTIONS or len(definition.pages) > MOST_QUESTIONS:
        found.append(Fault("", "too_many_questions", str(MOST_QUESTIONS)))
    texts = [definition.title, definition.intro, definition.thanks]
    if _too_long(*texts, *(page.title for page in definition.pages)):
        found.append(Fault("", "words_too_long", str(LONGEST_WORDS)))
    if _unkeepable(*texts, *(page.title for page in definition.pages)):
        found.append(Fault("", "bad_words"))
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
    elif not KEY.fullmatch(key):
        yield Fault(key, "bad_key")
    if not words(question.title, "en"):
        yield Fault(key, "no_title")
    texts = (question.title, question.help, *question.ends, *(c.label for c in question.choices))
    if _too_long(*texts):
        yield Fault(key, "title_too_long", str(LONGEST_WORDS))
    if _unkeepable(*texts):
        yield Fault(key, "bad_words")
    if question.kind in ("choice", "choices"):
        yield from _faults_of_choices(question)
    if question.kind == "scale" and not 0 <= question.low < question.high <= 10:
        yield Fault(key, "scale_out_of_range")
    yield from _faults_of_meaning(question)
    for condition in question.shown_if:
        yield from _faults_of_condition(question, condition, earlier.get(condition.question))


def _too_long(*texts: Words) -> bool:
    return any(len(one) > LONGEST_WORDS for text in texts for one in text.values())


def _unkeepable(*texts: Words) -> bool:
    """PostgreSQL keeps no NUL; a language that no page offers would never be read."""
    return any(set(text) - set(LANGUAGES) or "\x00" in "".join(text.values()) for text in texts)


def _faults_of_choices(question: Question) -> Iterator[Fault]:
    values = [one.value for one in question.choices]
    if not values or len(values) > MOST_CHOICES or "" in values:
        yield Fault(question.key, "needs_choices", str(MOST_CHOICES))
    if len(set(values)) < len(values):
        yield Fault(question.key, "choice_twice")
    bad = [one for one in values if one and not VALUE.fullmatch(one)]
    if bad or (question.other and "other" in values):
        yield Fault(question.key, "bad_choice", bad[0][:80] if bad else "other")


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
        low = asked.low if condition.low is None else condition.low
        high = asked.high if condition.high is None else condition.high
        is_open = condition.low is None and condition.high is None
        if is_open or not asked.low <= low <= high <= asked.high:
            yield Fault(question.key, "condition_empty", condition.question)
    elif not condition.values or not set(condition.values) <= {c.value for c in asked.choices}:
        yield Fault(question.key, "condition_empty", condition.question)
