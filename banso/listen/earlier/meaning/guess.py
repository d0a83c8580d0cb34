"""Guess what each column of a file of answers is, from its header and the values it holds."""

# ruff: noqa: E501 - patterns of words

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from banso.listen.earlier.meaning import columns as goes
from banso.listen.earlier.meaning.columns import MOST_VALUES, Column, parts_of, said
from banso.listen.earlier.meaning.words import (
    among,
    compared,
    number_of,
    on_scale,
    span_guessed,
    span_of,
    yes_or_no,
)
from banso.listen.imports.meaning.dates import day_of, order_of
from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.definition import Definition, Question
from banso.listen.surveys.meanings import ABOVE, MEANINGS, NO, YES

SPLITS = ("; ", ";", "、", " / ", "|", ", ", "\n")
LONG_TEXT = 40


@dataclass(frozen=True)
class Seen:
    """What stands in a column: its different values, the commonest first, and how often each."""

    name: str
    values: tuple[tuple[str, int], ...]
    has_more: bool = False

    @property
    def texts(self) -> list[str]:
        return [text for text, _count in self.values]


_WHO = (
    (goes.ROW_ID, r"^(response|answer|submission|entry|record)[ _-]?id$|回答(番号|id|no)|^id$|受付番号"),
    (goes.ANSWERED_ON, r"timestamp|タイムスタンプ|回答日|日時|submitted|answered|^date|回答時刻|completed|実施日"),
    (goes.PERSON, r"e-?mail|メール|respondent|回答者|氏名|お名前|person|contact|担当者|user[ _-]?id"),
    (goes.ACCOUNT, r"account|customer|company|client|顧客|会社|企業|契約id|取引先|法人|貴社"),
    (goes.LANGUAGE, r"^lang|language|言語"),
)  # fmt: skip
_MEANINGS = (
    ("comment", r"自由|コメント|ご意見|要望|ご感想|comment|free.?text|feedback|理由をお聞かせ|suggest"),
    ("why_not", r"相談(し|いただか)なかった理由|why .*not (consult|contact)|しなかった理由"),
    ("channel", r"窓口|相談先|経路|channel|how .*(reach|contact)"),
    ("trouble_kind", r"(困りごと|トラブル|問題)の(種類|内容)|どのような.*(困りごと|トラブル)|(kind|type) of (trouble|problem|issue)"),
    ("consulted", r"相談(し|いただ|の有無)|問い合わせ(し|の有無)|consult|did you contact|reported"),
    ("answer", r"期待(と|に)比べ|対応(は|の).*(期待|満足)|compared? with .*expect|expectation"),
    ("trouble", r"困りごと|困ったこと|トラブル|不具合|trouble|problem|issue"),
    ("recommend", r"薦め|すすめ|勧め|推奨|nps|recommend|紹介したい"),
    ("intent", r"継続|続けたい|続けて|今後も|continue|renew|keep using|利用意向"),
    ("miss", r"使えなくなったら|なくなったら|would .*miss|disappointed"),
    ("effort", r"労力|手間|effort|ces\b|簡単に解決"),
    ("csat", r"csat|今回の対応"),
    ("satisfaction", r"満足|satisf|総合評価|overall"),
    ("success", r"成功とは|成功の姿|what is .*success"),
)  # fmt: skip


def guessed(seen: Sequence[Seen], target: Definition | None) -> tuple[Column, ...]:
    """A first proposal; ``target``: the questions of a survey that is there, None for a new one."""
    taken: set[str] = set()
    found = []
    for one in seen:
        column = with_values(Column(one.name, _goes(one, target, taken)), one, target)
        taken.add(column.goes)
        found.append(column)
    return tuple(found)


def _goes(seen: Seen, target: Definition | None, taken: set[str]) -> str:
    name = said(seen.name)
    if not seen.values:
        return goes.LEFT_OUT
    if target is not None and (question := _question_named(name, target, taken)):
        return goes.QUESTION + question
    who = next(
        (key for key, words in _WHO if re.search(words, name) and _may(key, seen, taken)), ""
    )
    if who:
        return who
    for meaning, words in _MEANINGS:
        if re.search(words, name) and _fits(meaning, seen):
            if target is None and (
                goes.MEANING + meaning not in taken or MEANINGS[meaning].several
            ):
                return goes.MEANING + meaning
            carrier = target.meaning(meaning) if target else None
            if carrier and goes.QUESTION + carrier.key not in taken:
                return goes.QUESTION + carrier.key
    return goes.OWN if target is None else goes.LEFT_OUT


def _may(key: str, seen: Seen, taken: set[str]) -> bool:
    if key in goes.ONCE and key in taken:
        return False
    if key == goes.ANSWERED_ON:
        return any(day_of(text) or day_of(text, "dmy") for text in seen.texts[:5])
    rows = sum(count for _text, count in seen.values)
    return key != goes.ROW_ID or seen.has_more or len(seen.values) >= 0.9 * rows


def _fits(meaning: str, seen: Seen) -> bool:
    kinds = MEANINGS[meaning].kinds
    if kinds == ("text",):
        return True
    return not (seen.has_more and max(map(len, seen.texts)) > LONG_TEXT)


def _question_named(name: str, target: Definition, taken: set[str]) -> str:
    for question in target.questions:
        titles = {said(title) for title in question.title.values()} | {said(question.key)}
        if name in titles and goes.QUESTION + question.key not in taken:
            return question.key
    return ""


def with_values(column: Column, seen: Seen, target: Definition | None, *, kind: str = "") -> Column:
    """The column with what its values probably mean, now that it goes there."""
    if column.goes == goes.ANSWERED_ON:
        return replace(column, order=order_of(seen.texts).order, values={})
    question = _asked(column, target)
    kind = question.kind if question else _kind(column, seen, kind)
    low, high = (question.low, question.high) if question else _scale(column, seen)
    split = _split(seen, is_list=True) if kind == "choices" else ""
    span = span_guessed(seen.texts, low=low, high=high) if kind == "scale" else ""
    column = replace(column, kind=kind, low=low, high=high, split=split, span=span, values={})
    if not column.is_question or kind == "text":
        return column
    return replace(column, values=_values(column, seen, question))


def _asked(column: Column, target: Definition | None) -> Question | None:
    if target is None or not column.question:
        return None
    return next((one for one in target.questions if one.key == column.question), None)


def _kind(column: Column, seen: Seen, chosen: str) -> str:
    if column.meaning:
        kinds = MEANINGS[column.meaning].kinds
        if chosen in kinds:
            return chosen
        return "choices" if "choices" in kinds and _split(seen, is_list=True) else kinds[0]
    if column.goes != goes.OWN:
        return "text"
    if chosen:
        return chosen
    numbers = [number_of(text) for text in seen.texts]
    if not seen.has_more and seen.values and all(number is not None for number in numbers):
        span = span_of([number for number in numbers if number is not None])
        if span and span[1] <= 10:
            return "scale"
    if _split(seen) and len(values_of(seen, _split(seen))) <= MOST_VALUES:
        return "choices"
    is_short = max(map(len, seen.texts), default=0) <= LONG_TEXT
    return "choice" if is_short and not seen.has_more else "text"


def _scale(column: Column, seen: Seen) -> tuple[int, int]:
    if column.meaning and MEANINGS[column.meaning].high:
        return MEANINGS[column.meaning].low, MEANINGS[column.meaning].high
    numbers = [number for text in seen.texts if (number := number_of(text)) is not None]
    span = span_of(numbers) or (1, 5)
    return span if span[1] <= 10 else (0, 10)


def _split(seen: Seen, *, is_list: bool = False) -> str:
    """What separates several choices: the mark after which the same parts come again and again;
    ``is_list``: where several are expected, any mark between short parts.
    """
    if not seen.values:
        return ""
    for mark in SPLITS:
        with_mark = [text for text in seen.texts if mark in text]
        parts = values_of(seen, mark)
        again = len(parts) < max(len(seen.values), 3)
        if with_mark and (again or is_list) and max(map(len, parts)) <= LONG_TEXT:
            return mark
    return ""


def values_of(seen: Seen, split: str) -> list[str]:
    """The different values, or parts of values."""
    return list(dict.fromkeys(part for text in seen.texts for part in parts_of(text, split)))


def _values(column: Column, seen: Seen, question: Question | None) -> dict[str, str]:
    texts = values_of(seen, column.split)
    if column.kind == "scale":
        return on_scale(texts, low=column.low, high=column.high, span=column.span)
    offered = {one.value for one in question.choices} if question else set()
    if question:
        found = among(texts, [(one.value, one.label.values()) for one in question.choices])
        fixed = offered
    else:
        found, fixed = {}, set(MEANINGS[column.meaning].values) if column.meaning else set()
    if {YES, NO} <= fixed:
        return yes_or_no(texts) | found
    if ABOVE in fixed:
        return compared(texts) | found
    if question is None and column.meaning:
        return _as_in_the_template(column.meaning, texts)
    return found


def _as_in_the_template(meaning: str, texts: Sequence[str]) -> dict[str, str]:
    """Kinds, channels and reasons that the template knows get its values, so that years compare."""
    asked = TEMPLATE.definition.meaning(meaning)
    return among(texts, [(one.value, one.label.values()) for one in asked.choices]) if asked else {}


def again(
    before: Mapping[str, Column],
    given: Sequence[Column],
    seen: Sequence[Seen],
    target: Definition | None,
) -> tuple[Column, ...]:
    """The columns as a person chose them; where one goes elsewhere now, its values are guessed."""
    found = []
    for column, one in zip(given, seen, strict=True):
        was = before.get(column.name)
        if was is None or was.goes != column.goes:
            found.append(with_values(column, one, target))
        elif was.kind != column.kind:
            found.append(with_values(column, one, target, kind=column.kind))
        elif was.span != column.span:
            low, high = column.low, column.high
            values = on_scale(one.texts, low=low, high=high, span=column.span)
            found.append(replace(column, values=values))
        else:
            found.append(column)
    return tuple(found)
