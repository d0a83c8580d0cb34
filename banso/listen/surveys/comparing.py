"""Two versions of a survey side by side: which questions stayed the same, which did not.

Pure: no Django.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from banso.listen.surveys.definition import Definition, Question, fingerprint

SAME, CHANGED, NEW, DROPPED = "same", "changed", "new", "dropped"


@dataclass(frozen=True, slots=True)
class Compared:
    """``state`` says whether answers may be compared; ``parts`` name what is different, which for
    the same question is only its branch, help, page or order, or whether one must answer.
    """

    question: Question
    state: str
    parts: tuple[str, ...] = ()
    before: Question | None = None


def compared(old: Definition, new: Definition) -> list[Compared]:
    """Each question of the new version in its order, then those that were dropped."""
    before = {question.key: question for question in old.questions}
    common = before.keys() & {question.key for question in new.questions}
    found = []
    for question in new.questions:
        earlier = before.pop(question.key, None)
        if earlier is None:
            found.append(Compared(question, NEW))
            continue
        is_same = fingerprint(earlier) == fingerprint(question)
        parts = _parts(earlier, question)
        if _place(old, question.key, common) != _place(new, question.key, common):
            parts.append("place")
        found.append(Compared(question, SAME if is_same else CHANGED, tuple(parts), earlier))
    return found + [Compared(question, DROPPED) for question in before.values()]


def _parts(old: Question, new: Question) -> list[str]:
    parts = {
        "kind": old.kind != new.kind,
        "title_ja": old.title.get("ja", "") != new.title.get("ja", ""),
        "title_en": old.title.get("en", "") != new.title.get("en", ""),
        "choices": (old.choices, old.other) != (new.choices, new.other),
        "scale": (old.low, old.high) != (new.low, new.high),
        "ends": old.ends != new.ends,
        "help": old.help != new.help,
        "meaning": old.meaning != new.meaning,
        "required": old.required != new.required,
        "branch": old.shown_if != new.shown_if,
    }
    return [name for name, differs in parts.items() if differs]


def _place(definition: Definition, key: str, common: Set[str]) -> tuple[int, str]:
    """The page a question is on and the one before it there, of those that both versions ask."""
    for at, page in enumerate(definition.pages):
        keys = [question.key for question in page.questions if question.key in common]
        if key in keys:
            place = keys.index(key)
            return at, keys[place - 1] if place else ""
    return -1, ""


def same_throughout(definitions: Sequence[Definition]) -> set[str]:
    """Keys of the questions that ask the same in all of them, so that answers may be compared."""
    prints = [{q.key: fingerprint(q) for q in definition.questions} for definition in definitions]
    first = prints[0] if prints else {}
    return {key for key, one in first.items() if all(other.get(key) == one for other in prints)}
