"""Columns as the properties of events: JSON objects, put together without one Python object per
event where it can be helped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from banso.listen.events.intake import (
    MOST_DEPTH,
    MOST_PROPERTIES_BYTES,
    depth,
    nul_inside,
)
from banso.listen.imports.meaning.events import prop_parser
from banso.listen.imports.meaning.mappings import Column
from banso.listen.imports.reading.faults import fault
from banso.listen.loads.meaning.columns import Faults, add
from banso.listen.loads.reading.shapes import Rows
from banso.listen.loads.reading.tables import plain

_encode = msgspec.json.Encoder().encode
_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NOTHING = pa.scalar(None, pa.string())


@dataclass
class Properties:
    """A JSON object per row or null; ``left_out`` counts numbers that JSON cannot hold."""

    texts: pa.Array
    left_out: int = 0
    faults: Faults = field(default_factory=dict)


def properties_of(
    rows: Rows, columns: Sequence[Column], spread: Sequence[Column], others: Sequence[str]
) -> Properties:
    """Each of ``columns`` under its key, the members of the objects in ``spread``, and ``others``
    under their own names.
    """
    found = Properties(pa.nulls(rows.count, pa.string()))
    named = [*columns, *(Column(name, key=name, kind="") for name in others)]
    parts = [_inside(rows, column.name, found) for column in spread if column.name in rows.columns]
    parts += [_fragment(rows, column, found) for column in named if column.name in rows.columns]
    if rows.extra is not None:
        parts.append(rows.extra)
    if not parts or not rows.count:
        return found
    joined = parts[0]
    if len(parts) > 1:
        joined = pc.binary_join_element_wise(*parts, ",", null_handling="skip")
    joined = pc.if_else(pc.equal(joined, ""), _NOTHING, joined)
    found.texts = pc.binary_join_element_wise("{", joined, "}", "")
    _check(found)
    return found


def _fragment(rows: Rows, column: Column, found: Properties) -> pa.Array:
    """A column as its member of the object; null where it has no value."""
    array = rows.columns[column.name]
    if column.name in rows.json:
        absent = pc.or_kleene(pc.equal(array, ""), pc.equal(array, "null"))
        values = pc.if_else(absent, _NOTHING, array)
    elif column.kind and pa.types.is_string(array.type):
        values = _of_cells(array, column)
    else:
        values = json_of(array, found)
    return pc.binary_join_element_wise(_encode(column.key).decode(), values, ":")


def _of_cells(array: pa.Array, column: Column) -> pa.Array:
    """Cells of a text file as the values they mean; equal cells are read once."""
    encoded = pc.dictionary_encode(array)
    parse = prop_parser(column)
    texts = [_json(parse(text)) if text else None for text in encoded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(encoded.indices)


def _json(value: Any) -> str | None:
    return None if value is None else _encode(value).decode()


def json_of(array: pa.Array, found: Properties) -> pa.Array:
    """Typed values as JSON texts; null for what is missing and for NaN and infinity."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return json_of(array.dictionary, found).take(array.indices)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return pc.cast(array, pa.string())
    if pa.types.is_floating(kind):
        unfit = pc.invert(pc.is_finite(array))
        found.left_out += pc.sum(unfit).as_py() or 0
        return pc.cast(pc.if_else(unfit, pa.scalar(None, kind), array), pa.string())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _quoted(pc.cast(array, pa.string()))
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind):
        return _quoted(pc.cast(array, pa.string()))
    if pa.types.is_struct(kind):
        return _of_struct(array, found)
    values = array.to_pylist()
    if pa.types.is_map(kind):
        values = [None if value is None else dict(value) for value in values]
    return pa.array([_json(plain(value)) for value in values], pa.string())


def _quoted(texts: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring_regex(texts, '[\\x00-\\x1f"\\\\]')).as_py():
        return pa.array([_json(text) for text in texts.to_pylist()], pa.string())
    return pc.binary_join_element_wise('"', texts, '"', "")


def _of_struct(array: pa.Array, found: Properties) -> pa.Array:
    parts = []
    for place in range(array.type.num_fields):
        key = _encode(array.type.field(place).name).decode()
        values = json_of(pc.struct_field(array, [place]), found)
        parts.append(pc.binary_join_element_wise(key, values, ":"))
    if not parts:
        return pa.nulls(len(array), pa.string())
    inside = pc.binary_join_element_wise(*parts, ",", null_handling="skip")
    whole = pc.binary_join_element_wise("{", inside, "}", "")
    return pc.if_else(pc.is_valid(array), whole, _NOTHING)


def _inside(rows: Rows, name: str, found: Properties) -> pa.Array:
    """The members of the objects of a column; a row whose text is no object is refused."""
    array = rows.columns[name]
    is_text = pa.types.is_string(array.type) or pa.types.is_dictionary(array.type)
    texts = array if name in rows.json or not is_text else _as_string(array)
    if not is_text:
        texts = json_of(array, found)
    texts = pc.utf8_trim_whitespace(texts)
    empty = pc.is_in(texts, value_set=pa.array(["", "null", "{}"]))
    texts = pc.if_else(empty, _NOTHING, texts)
    if name in rows.json:  # JSON already, as it was read out of the line
        _refuse(pc.invert(pc.starts_with(texts, "{")), texts, name, found)
    else:
        _check_objects(texts, name, found)
    inside = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(texts, 1, -1))
    return pc.if_else(pc.equal(inside, ""), _NOTHING, inside)


def _refuse(wrong: pa.Array, texts: pa.Array, name: str, found: Properties) -> None:
    if pc.any(wrong).as_py():
        for at in pc.indices_nonzero(wrong).to_pylist():
            add(found.faults, at, fault("not_an_object", text=texts[at].as_py()).at(name))


def _as_string(array: pa.Array) -> pa.Array:
    return pc.cast(array, pa.string())


def _check_objects(texts: pa.Array, name: str, found: Properties) -> None:
    """All at once, each on its line; one by one where that fails."""
    filled = texts.drop_null()
    try:
        if not pc.any(pc.match_substring(filled, "\n")).as_py():
            joined = "\n".join(filled.to_pylist()).encode()
            if len(_objects.decode_lines(joined)) == len(filled):
                return
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    for at, text in enumerate(texts.to_pylist()):
        try:
            if text is not None:
                _objects.decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            add(found.faults, at, fault("not_an_object", text=text).at(name))


def _check(found: Properties) -> None:
    """The limits that events over HTTP have, too."""
    sizes = pc.binary_length(found.texts)
    if (pc.max(sizes).as_py() or 0) > MOST_PROPERTIES_BYTES:
        for at in pc.indices_nonzero(pc.greater(sizes, MOST_PROPERTIES_BYTES)).to_pylist():
            add(found.faults, at, fault("props_too_large", most=MOST_PROPERTIES_BYTES // 1024))
    brackets = pc.add(pc.count_substring(found.texts, "{"), pc.count_substring(found.texts, "["))
    if (pc.max(brackets).as_py() or 0) > MOST_DEPTH:
        for at in pc.indices_nonzero(pc.greater(brackets, MOST_DEPTH)).to_pylist():
            if at not in found.faults and _is_deep(found.texts[at].as_py()):
                add(found.faults, at, fault("props_too_deep"))
    odd = pc.match_substring(found.texts, "\\u0000")
    if pc.any(odd).as_py():
        for at in pc.indices_nonzero(odd).to_pylist():
            if at not in found.faults and nul_inside(msgspec.json.decode(found.texts[at].as_py())):
                add(found.faults, at, fault("has_nul"))


def _is_deep(text: str) -> bool:
    try:
        return depth(msgspec.json.decode(text)) > MOST_DEPTH
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return True
