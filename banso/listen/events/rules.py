"""What the properties of events are, judged from examples; and which look personal. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

MOST_NAMES = 5000
MOST_UNKNOWN = 2000
EXAMPLES = 100
MOST_PROPERTIES = 40
LONGEST_EXAMPLE = 60
SURE = 0.9
NUMBER, TEXT, YES_NO, DATE, LIST, OBJECT = "number", "text", "yes_no", "date", "list", "object"
TYPES = (NUMBER, TEXT, YES_NO, DATE, LIST, OBJECT)

_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_PERSONAL_KEY = re.compile(
    r"(^|_)(e?mail|email_?address|phone|tel|telephone|mobile|fax|birth(day|_?date)?|passport"
    r"|(first|last|full|family|given|middle|nick|user|person|contact|member)_?name|kana"
    r"|street|address|postal_?code|zip|ip|ip_?address)($|_)"
    r"|メール|電話|携帯|氏名|名前|姓|住所|生年月日|郵便番号|担当者",
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"(\+\d{1,3}[-\s]?)?\(?0?\d{1,4}\)?[-\s]\d{1,4}[-\s]\d{3,4}|0\d{9,10}")
MASK = "•••"


@dataclass
class Property:
    """A property of one kind of event: how many examples had it, by the kind of value."""

    types: dict[str, int] = field(default_factory=dict)
    example: str = ""


def is_number(value: Any) -> bool:
    """A JSON number, or text that is one; true and false are not."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return isfinite(float(value))
    except (ValueError, OverflowError):
        return False


def type_of(value: Any) -> str:
    """The kind of a JSON value."""
    if isinstance(value, bool):
        return YES_NO
    if is_number(value):
        return NUMBER
    if isinstance(value, list):
        return LIST
    if isinstance(value, dict):
        return OBJECT
    return DATE if _DATE.fullmatch(str(value)) else TEXT


def type_among(types: dict[str, int]) -> str:
    """What a property is, when nearly all of its values are of one kind; text otherwise."""
    total = sum(types.values())
    return next((kind for kind in TYPES if types.get(kind, 0) >= SURE * total > 0), TEXT)


def properties(examples: Iterable[str]) -> dict[str, Property]:
    """The properties found in JSON objects, newest first."""
    found: dict[str, Property] = {}
    for text in examples:
        try:
            value = json.loads(text)
        except ValueError:
            continue
        for key, part in value.items() if isinstance(value, dict) else ():
            if part is None or not fits(key):
                continue
            entry = found.setdefault(key, Property())
            kind = type_of(part)
            entry.types[kind] = entry.types.get(kind, 0) + 1
            entry.example = entry.example or shown(part)
    return found


def fits(key: str) -> bool:
    """Whether the name of a property is one that is kept."""
    return 0 < len(key) <= 100


def shown(value: Any) -> str:
    """A value as an example."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_EXAMPLE else text[: LONGEST_EXAMPLE - 1] + "…"


def looks_personal(key: str, example: str = "") -> bool:
    """Whether a property seems to say who somebody is: by its name, or by an example."""
    words = _CAMEL.sub("_", key).replace("-", "_").replace(".", "_").lower()
    return bool(
        _PERSONAL_KEY.search(words) or _MAIL.search(example) or _PHONE.fullmatch(example.strip())
    )


def ids_in(parts: Iterable[str]) -> list[int]:
    """The row numbers among what a form sent; a longer number names no row of any database."""
    return [int(part) for part in parts if part.isdecimal() and len(part) <= 18]
