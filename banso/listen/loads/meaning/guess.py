"""Where the columns of files with events go, guessed as imports guess; what nobody knows becomes a
property under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from banso.listen.imports.meaning import guess
from banso.listen.imports.meaning.kinds import EVENTS, PROP, SKIP
from banso.listen.imports.meaning.mappings import Column, Mapping, plain_header, problems
from banso.listen.imports.reading.faults import Fault, fault

SPREAD = "props"
"""The target of a column whose objects hold the properties."""
OURS = "banso_"
"""Columns of our own in a file of refused rows: not loaded when it is mended."""
TARGETS = ("account", "time", "name", "event_id", "user_key", "role")
WORDS: dict[str, str] = {
    "account": "account", "time": "time", "name": "name", "event": "name", "event_id": "event_id",
    "user": "user_key", "user_key": "user_key", "role": "role", "properties": SPREAD, "-": SKIP,
}  # fmt: skip
"""What ``--map column=…`` may name; ``properties.key`` is a property under that key."""

_ALIASES = {
    **dict.fromkeys(
        "ts us, ts ms, time us, time ms, time ns, timestamp us, timestamp ms, timestamp ns, "
        "timestamp utc, time utc, event timestamp, event at, happened at, original timestamp, "
        "sent at, epoch, unix time, タイムスタンプ, 発生時刻, 時刻".split(", "),
        "timestamp",
    ),
    **dict.fromkeys(
        "account key, account external id, group id, org, tenant, workspace, group, "
        "顧客キー, 契約コード, テナント".split(", "),
        "account id",
    ),
    **dict.fromkeys("user key, actor, actor id, anonymous id, uid, 会員id".split(", "), "user id"),
    **dict.fromkeys("event key, event title, operation".split(", "), "event name"),
}
_PROPERTIES = {
    "properties", "props", "event properties", "event props", "payload", "data", "attributes",
    "params", "parameters", "event params", "event data", "プロパティ", "属性", "詳細",
}  # fmt: skip


class UnknownField(Exception):
    """A word of ``--map`` that names no place."""


def guessed(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Mapping:
    """A mapping with a column for each of the header, and one for each member of an object in a
    column that is a customer, user, time or name by its word.
    """
    names, rows = _with_members(header, rows)
    known = [_known_as(name, [row[n] for row in rows]) for n, name in enumerate(names)]
    sampled = guess.sampled(known, rows)
    found = guess.guess_mapping(EVENTS, sampled)
    columns = [
        _placed(name, column, sampled[n], is_member=n >= len(header))
        for n, (name, column) in enumerate(zip(names, found.columns, strict=True))
    ]
    spread = [n for n, column in enumerate(columns) if column.target == SPREAD]
    for n in spread[1:]:
        columns[n] = Column(names[n], PROP, names[n])
    keep = [c for n, c in enumerate(columns) if n < len(header) or c.target]
    return replace(found, columns=tuple(keep))


def _known_as(name: str, texts: Sequence[str]) -> str:
    """The name to guess by: none for objects, which hold no customer, user or time themselves."""
    if _are_objects(texts):
        return ""
    member = plain_header(name.rpartition(".")[2])
    return _ALIASES.get(plain_header(name), _ALIASES.get(member, name))


def _are_objects(texts: Sequence[str]) -> bool:
    filled = [text for text in texts if text.strip()][:50]
    objects = sum(text.lstrip().startswith("{") for text in filled)
    return objects * 2 >= len(filled) > 0


def _with_members(
    header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """The header and rows with a column ``a.b`` for each member of an object."""
    names, wide = list(header), [list(row) for row in rows]
    for place, name in enumerate(header):
        if plain_header(name) in _PROPERTIES:
            continue
        objects = [_object(row[place]) for row in rows]
        for member in list(dict.fromkeys(key for found in objects for key in found or {}))[:50]:
            names.append(f"{name}.{member}")
            for row, found in zip(wide, objects, strict=True):
                value = (found or {}).get(member)
                row.append(value if isinstance(value, str) else _said(value))
    return names, wide


def _said(value: object) -> str:
    return "" if value is None else msgspec.json.encode(value).decode()


def _object(text: str) -> dict[str, object] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _placed(name: str, column: Column, sampled: guess.Sampled, *, is_member: bool) -> Column:
    if name.startswith(OURS):
        return Column(name)
    if column.target in TARGETS:
        return replace(column, name=name)
    if is_member:
        return Column(name)
    may_spread = not sampled.filled or _are_objects(sampled.texts)
    if plain_header(name) in _PROPERTIES and may_spread:
        return Column(name, SPREAD)
    kind = column.kind if column.target == PROP else "text"
    return Column(name, PROP, name[:100], kind, order=column.order)


def changed(mapping: Mapping, given: Map[str, str]) -> Mapping:
    """The mapping with what ``--map`` says of some columns: column -> word."""
    columns = {column.name: column for column in mapping.columns}
    for name, word in given.items():
        before = columns.get(name)
        if before is None and name.partition(".")[0] not in columns:
            raise UnknownField(name)
        target, key = _target(word, name)
        for other, column in columns.items():
            if target in TARGETS and column.target == target:
                columns[other] = Column(other, PROP, other[:100], column.kind)
        order = before.order if before else Column(name).order
        kind = before.kind if before and before.target == PROP else "text"
        columns[name] = Column(name, target, key, kind, order=order)
    return replace(mapping, columns=tuple(columns.values()))


def _target(word: str, name: str) -> tuple[str, str]:
    if word in WORDS:
        return WORDS[word], ""
    prefix, _, key = word.partition(".")
    if prefix == "properties" and key:
        return PROP, key[:100]
    if word == PROP:
        return PROP, name[:100]
    raise UnknownField(word)


def faults_of(mapping: Mapping) -> list[Fault]:
    """What keeps the mapping from being used; a user may stand for the customer it belongs to."""
    has_user = mapping.place_of("user_key") is not None
    found = problems(mapping)
    return [one for one in found if not (has_user and one.said.get("targets") == "account")]


def lacking(mapping: Mapping, header: Sequence[str]) -> list[Fault]:
    """The required columns that the mapping names and a file does not have."""
    names = set(header)
    there = {
        c.target for c in mapping.columns if c.name.partition(".")[0] in names or c.name in names
    }
    wanted = {column.target for column in mapping.columns} & {"account", "time", "name"}
    if "user_key" in there:
        wanted.discard("account")
    if mapping.event_name:
        wanted.discard("name")
    return [fault("column_missing", targets=target) for target in sorted(wanted - there)]
