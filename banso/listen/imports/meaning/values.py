"""Cells as values: each function gives the value, None for an empty cell, or a Fault that says why
not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any
from unicodedata import normalize

from banso.listen.imports.meaning.dates import day_of, moment_of
from banso.listen.imports.reading.faults import Fault, fault

Parse = Callable[[str], Any]

YES = frozenset("true yes y t 1 on はい 有 有り あり 有効 ○ 〇 ◯ 済".split())
NO = frozenset("false no n f 0 off いいえ 無 無し なし 無効 × ✕ ✗ 未".split())
NOTHING = frozenset(
    {"", "-", "--", "—", "–", "n/a", "na", "null", "none", "nan", "#n/a", "なし", "未定", "不明"}
)
_SYMBOLS = {
    "¥": "JPY",
    "円": "JPY",
    "$": "USD",
    "us$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₩": "KRW",
    "元": "CNY",
}
_AMOUNT = re.compile(
    r"^(?P<s>[-+△▲]?)\s*(?P<a>[^\d\s.,+()=△▲-]{0,4})\s*(?P<sign>[-+△▲]?)\s*"
    r"(?P<n>\d[\d,' ]*(?:\.\d+)?|\.\d+)\s*(?P<b>\S{0,6})$"
)
LONGEST_AMOUNT = 100
_UNITS = {"千": 1_000, "万": 10_000, "百万": 1_000_000, "億": 100_000_000, "k": 1_000}


def plain(text: str) -> str:
    """As one compares: full-width made half-width, no space around, small letters."""
    return normalize("NFKC", text).strip().lower()


def is_nothing(text: str) -> bool:
    return not text or plain(text) in NOTHING


def is_formula(text: str) -> bool:
    return len(text) > 1 and text[0] == "=" and not text[1:].strip().replace(".", "").isdigit()


def text_value(limit: int) -> Parse:
    def parse(text: str) -> str | Fault | None:
        found = text.strip().replace("\0", "")
        if len(found) > limit:
            return fault("text_too_long", limit=limit, length=len(found))
        return found or None

    return parse


def date_value(order: str) -> Parse:
    def parse(text: str) -> date | Fault | None:
        if is_nothing(text):
            return None
        found = day_of(text, order)
        if found is None:
            return _not("not_a_date", text)
        if not 1900 <= found.year <= 2200:
            return fault("date_out_of_range", text=text)
        return found

    return parse


def moment_value(order: str, zone: tzinfo) -> Parse:
    def parse(text: str) -> datetime | Fault | None:
        if is_nothing(text):
            return None
        found = moment_of(text, order, zone)
        if found is None:
            return _not("not_a_time", text)
        if not 1971 <= found.year <= 2200:  # an empty time is often written as 0
            return fault("date_out_of_range", text=text)
        return found

    return parse


def _not(code: str, text: str) -> Fault:
    return fault("a_formula" if is_formula(text) else code, text=text)


def decimal_of(text: str) -> tuple[Decimal, str] | None:
    """The number and the word or symbol beside it: ``¥1,200`` is (1200, "¥")."""
    written = normalize("NFKC", text).strip()
    if len(written) > LONGEST_AMOUNT:  # the pattern takes long over thousands of blanks
        return None
    negative = written.startswith("(") and written.endswith(")")
    found = _AMOUNT.match(written[1:-1].strip() if negative else written)
    if not found:
        return None
    beside, factor = (found["a"] or found["b"]).lower(), Decimal(1)
    for unit, times in _UNITS.items():
        if beside == unit or (beside.startswith(unit) and beside[len(unit) :] == "円"):
            factor, beside = Decimal(times), beside[len(unit) :]
    try:
        number = Decimal(re.sub(r"[,' ]", "", found["n"])) * factor
    except InvalidOperation:
        return None
    return (
        -number if negative or {found["s"], found["sign"]} & {"-", "△", "▲"} else number
    ), beside


def number_value(text: str) -> int | float | Fault | None:
    try:
        return int(text)
    except ValueError:
        pass
    if is_nothing(text):
        return None
    found = decimal_of(text)
    if found is None or (found[1] and found[1] not in _SYMBOLS and not _is_unit(found[1])):
        return _not("not_a_number", text)
    number = found[0]
    if number == number.to_integral_value() and abs(number) < 10**15:
        return int(number)
    return float(number)


def _is_unit(word: str) -> bool:
    return word in (
        "%",
        "人",
        "名",
        "社",
        "件",
        "回",
        "ヶ月",
        "か月",
        "カ月",
        "ヵ月",
        "months",
        "month",
        "年",
        "席",
        "日",
    )


def whole_number(most: int) -> Parse:
    def parse(text: str) -> int | Fault | None:
        found = number_value(text)
        if found is None or isinstance(found, Fault):
            return found
        if found < 0 or found > most or found != int(found):
            return fault("not_a_whole_number", text=text, most=most)
        return int(found)

    return parse


def boolean_value(text: str) -> bool | Fault | None:
    found = plain(text)
    if found in YES:
        return True
    if found in NO:
        return False
    return None if found in NOTHING else _not("not_yes_or_no", text)


def currency_value(known: frozenset[str]) -> Parse:
    def parse(text: str) -> str | Fault | None:
        if not text.strip():
            return None
        found = plain(text)
        code = _SYMBOLS.get(found, found.upper())
        return code if code in known else fault("unknown_currency", text=text)

    return parse


def money_value(known: frozenset[str]) -> Parse:
    """An amount with the currency written beside it, or with an empty one."""

    def parse(text: str) -> tuple[Decimal, str] | Fault | None:
        if is_nothing(text):
            return None
        found = None if is_formula(text) else decimal_of(text)
        if found is None:
            return _not("not_a_number", text)
        number, beside = found
        if abs(number) >= 10**15:
            return fault("not_a_number", text=text)
        code = _SYMBOLS.get(beside, beside.upper())
        if code and code not in known:
            return fault("unknown_currency", text=beside)
        return number, code

    return parse


def one_of(words: dict[str, str], shown: str) -> Parse:
    """A word of a fixed list, in any of its spellings."""

    def parse(text: str) -> str | Fault | None:
        if not text.strip():
            return None
        found = words.get(plain(text))
        return found if found is not None else fault("not_one_of", text=text, choices=shown)

    return parse


def parsed(texts: Sequence[str], parse: Parse) -> tuple[list[Any], dict[int, Fault]]:
    """A column's values; equal texts are read once. Faults stand by the place of their cell."""
    seen = {text: parse(text) for text in dict.fromkeys(texts)}
    values = [seen[text] for text in texts]
    if Fault not in set(map(type, seen.values())):
        return values, {}
    faults = {place: value for place, value in enumerate(values) if isinstance(value, Fault)}
    return [None if place in faults else value for place, value in enumerate(values)], faults
