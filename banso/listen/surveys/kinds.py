"""What a file of ``catalog/`` gives: a survey to begin with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from banso.listen.surveys.definition import Choice, Condition, Definition, Question


@dataclass(frozen=True)
class Template:
    key: str
    order: int
    title: str | Promise
    about: str | Promise
    definition: Definition
    asked: str = "customers"


def choices(*rows: tuple[str, str, str]) -> list[Choice]:
    """Each as (value, Japanese, English)."""
    return [Choice(value, {"ja": ja, "en": en}) for value, ja, en in rows]


YES_NO = (("yes", "はい", "Yes"), ("no", "いいえ", "No"))
ANSWERS = (
    ("above", "期待以上だった", "Above what I expected"),
    ("at", "期待どおりだった", "As I expected"),
    ("below", "期待を下回った", "Below what I expected"),
    ("waiting", "まだ回答をもらっていない", "I have not had an answer yet"),
)


def scale(
    key: str,
    ja: str,
    en: str,
    *,
    low: int,
    high: int,
    ends: tuple[tuple[str, str], tuple[str, str]],
    meaning: str = "",
    shown_if: Iterable[Condition] = (),
    required: bool = True,
) -> Question:
    """``ends``: what the lowest and the highest number mean, each as (Japanese, English)."""
    return Question(
        key=key,
        kind="scale",
        title={"ja": ja, "en": en},
        meaning=meaning,
        required=required,
        low=low,
        high=high,
        ends=[{"ja": one[0], "en": one[1]} for one in ends],
        shown_if=list(shown_if),
    )
