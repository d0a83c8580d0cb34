"""Columns of the files beyond what arrives (layout 2): users as numbers, properties by themselves.

Everything in the files is text, a whole number or bytes, so that any engine reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from banso.shared.lake import engine, rules
from banso.shared.lake.models import Promoted, Segment

LAYOUT = 2
FACTS = ("account_id", "user_no", "user_key", "role", "name", "ts_us", "day")
STORED = (
    "account_id",
    "account_key",
    "user_key",
    "role",
    "name",
    "ts_us",
    "day",
    "props",
    "key",
    "user_no",
)
# what ``user_numbers`` does, for files that lack the column
_USER_NO = (
    "CASE WHEN user_key <> '' THEN "
    "CAST(CAST(unhex(left(sha256(user_key), 16)) AS BIT) AS BIGINT) END"
)


def user_number(user_key: str) -> int:
    """The first 8 bytes of the SHA-256 of a user's key."""
    return int.from_bytes(sha256(user_key.encode()).digest()[:8], "big", signed=True)


def user_numbers(keys: pa.ChunkedArray) -> pa.ChunkedArray:
    """The number of each user; NULL where there is none. Few users stand behind many events."""
    coded = pc.dictionary_encode(keys.combine_chunks())
    words = coded.dictionary.to_pylist()
    numbers = pa.array([user_number(word) if word else None for word in words], pa.int64())
    return pc.take(numbers, coded.indices)


def promoted() -> list[Promoted]:
    """Every property that has a column of its own."""
    return list(Promoted.objects.order_by("pk"))


def lacks(segment: Segment, wanted: Iterable[Promoted]) -> bool:
    """Whether the file was written before the layout or one of the columns."""
    there = set(segment.promoted)
    return segment.layout < LAYOUT or any(one.pk not in there for one in wanted)


def relation(
    segments: Sequence[Segment], wanted: Sequence[Promoted], columns: Sequence[str] = FACTS
) -> str:
    """A FROM item over exactly these files, whatever columns each of them has already."""
    alike: dict[tuple[bool, tuple[int, ...]], list[Segment]] = {}
    for segment in segments:
        there = tuple(one.pk for one in wanted if one.pk in segment.promoted)
        alike.setdefault((segment.layout >= LAYOUT, there), []).append(segment)
    if not alike:
        return f"({from_rows(f'({engine.NO_EVENTS})', wanted, columns)})"
    parts = []
    for (is_new, there), some in alike.items():
        source = engine.files_relation([engine.root() / segment.file for segment in some])
        parts.append(from_rows(source, wanted, columns, there=there, numbers=is_new))
    return f"({' UNION ALL '.join(parts)})"


def from_rows(
    source: str,
    wanted: Sequence[Promoted],
    columns: Sequence[str],
    *,
    there: Iterable[int] = (),
    numbers: bool = False,
) -> str:
    """A SELECT of the columns; those that are not ``there`` come from the JSON of the properties,
    which is read once for all of them.
    """
    kept = set(there)
    taken = [one for one in wanted if one.pk not in kept]
    plain = [_USER_NO if name == "user_no" and not numbers else name for name in columns]
    own = [f"{said} AS {name}" for said, name in zip(plain, columns, strict=True)]
    if not taken:
        return f"SELECT {', '.join([*own, *(one.column for one in wanted)])} FROM {source}"  # noqa: S608
    paths = ", ".join(_path(one.prop) for one in taken)
    place = {one.pk: f"found[{number}]" for number, one in enumerate(taken, 1)}
    values = [
        f"{_value(place[one.pk], one)} AS {one.column}" if one.pk in place else one.column
        for one in wanted
    ]
    inner = [*own, *(one.column for one in wanted if one.pk in kept)]
    return (
        f"SELECT {', '.join([*columns, *values])} FROM (SELECT {', '.join(inner)}, "  # noqa: S608
        f"json_extract_string(props, [{paths}]) AS found FROM {source})"
    )


def _path(prop: str) -> str:
    """A JSON pointer: unlike the other form it takes any name, also ``*``."""
    return rules.quoted("/" + prop.replace("~", "~0").replace("/", "~1"))


def _value(text: str, one: Promoted) -> str:
    """A number in millionths where the text is one, or the text itself."""
    if one.kind == Promoted.TEXT:
        return text
    number = f"TRY_CAST({text} AS DOUBLE)"
    sane = f"CASE WHEN ABS({number}) <= {rules.LARGEST} THEN {number} END"
    return f"TRY_CAST(ROUND({sane} * {rules.MICRO}) AS BIGINT)"
