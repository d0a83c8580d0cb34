"""What a column of a file holds for the lake: trimmed texts, or moments; faults by their row."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from banso.listen.imports.meaning.events import TEXTS, iso_times
from banso.listen.imports.meaning.kinds import EVENTS
from banso.listen.imports.meaning.values import moment_value
from banso.listen.imports.reading.faults import Fault, fault, short
from banso.listen.imports.reading.rows_of_json import as_text
from banso.listen.loads.reading.shapes import Rows
from banso.listen.loads.reading.tables import plain

Faults = dict[int, list[Fault]]
EARLIEST_US = 31_536_000_000_000
"""1971: a time of the year 1970 is a zero, or seconds that were read as milliseconds."""
_DIGITS = r"^-?\d{9,19}$"
_NUMBER = re.compile(r"-?(?:\d{1,4}|\d{9,19})(?:\.\d+)?")
_COMPACT = re.compile(r"(?:19|20)\d{12}")
_any = msgspec.json.Decoder()


def add(faults: Faults, place: int, found: Fault) -> None:
    faults.setdefault(place, []).append(found)


def column_of(rows: Rows, name: str) -> pa.Array | None:
    """A column by its name, ``a.b`` for a member of objects; None when the rows have none."""
    found = rows.columns.get(name)
    if found is not None:
        return _decoded(found) if name in rows.json else found
    parent, dot, member = name.partition(".")
    holder = rows.columns.get(parent) if dot else None
    if holder is None:
        return None
    if pa.types.is_struct(holder.type):
        named = [holder.type.field(n).name for n in range(holder.type.num_fields)]
        return pc.struct_field(holder, [member]) if member in named else None
    return _decoded(holder, member)


def _decoded(texts: pa.Array, member: str = "") -> pa.Array:
    """JSON texts as the values they hold, or as those of one member of theirs."""
    values = []
    for text in texts.to_pylist():
        try:
            value = _any.decode(text) if text else None
        except (msgspec.MsgspecError, ValueError, RecursionError):
            value = None
        if member:
            value = value.get(member) if isinstance(value, dict) else None
        values.append(None if value is None else as_text(value))
    return pa.array(values, pa.string())


def texts_of(rows: Rows, name: str, target: str, faults: Faults) -> pa.Array | None:
    """Trimmed texts with nulls for what is empty; faults stand by the place of their row."""
    found = column_of(rows, name)
    if found is None:
        return None
    texts = pc.utf8_trim_whitespace(as_texts(found))
    if pc.any(pc.match_substring(texts, "\0")).as_py():
        for at in pc.indices_nonzero(pc.match_substring(texts, "\0")).to_pylist():
            add(faults, at, fault("has_nul").at(name))
    empty = pc.equal(texts, "")
    if pc.any(empty).as_py():
        texts = pc.if_else(empty, pa.scalar(None, pa.string()), texts)
    limit = TEXTS[target]
    if (pc.max(pc.utf8_length(texts)).as_py() or 0) > limit:
        for at in pc.indices_nonzero(pc.greater(pc.utf8_length(texts), limit)).to_pylist():
            why = fault("text_too_long", limit=limit, length=len(texts[at].as_py()))
            add(faults, at, why.at(name))
    return texts


def missing(texts: pa.Array, target: str, faults: Faults) -> None:
    """Refuse the rows where a required text is empty."""
    if texts.null_count:
        for at in pc.indices_nonzero(pc.is_null(texts)).to_pylist():
            add(faults, at, fault("cell_missing", targets=target, kind=EVENTS))


def as_texts(array: pa.Array) -> pa.Array:
    """Any column as texts; whole numbers stay whole though they came as floats."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return as_texts(array.dictionary).take(array.indices)
    if pa.types.is_string(kind):
        return array
    if pa.types.is_floating(kind):
        array = pc.if_else(pc.is_finite(array), array, pa.scalar(None, kind))
        try:
            return pc.cast(pc.cast(array, pa.int64()), pa.string())
        except pa.ArrowInvalid:
            return pc.cast(array, pa.string())
    try:
        return pc.cast(array, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        values = (plain(value) for value in array.to_pylist())
        return pa.array([None if v is None else as_text(v) for v in values], pa.string())


def times_of(
    rows: Rows, name: str, *, zone: tzinfo, order: str, latest: int, faults: Faults
) -> pa.Array:
    """Microseconds since 1970; without a zone in ``zone``, after ``latest`` refused."""
    found = column_of(rows, name)
    if found is None:
        found = pa.nulls(rows.count, pa.string())
    times = _micros(found, zone, order, name, faults)
    values = times.fill_null(EARLIEST_US).to_numpy(zero_copy_only=False)
    wrong = (values < EARLIEST_US) | (values > latest)
    if times.null_count or wrong.any():
        for at in np.flatnonzero(wrong | times.is_null().to_numpy(zero_copy_only=False)).tolist():
            if times[at].as_py() is None:
                if at not in faults:
                    add(faults, at, fault("cell_missing", targets="time"))
                continue
            code = "time_of_1970" if values[at] < EARLIEST_US else "future_event"
            add(faults, at, fault(code, text=_shown(found[at].as_py(), int(values[at]))).at(name))
    return times


def _shown(value: object, micros: int) -> str:
    """The value, and the day it was read as where it is a bare number."""
    text = short(str(value))
    if not re.fullmatch(r"-?[\d.]+", text):
        return text
    try:
        return f"{text} ({datetime.fromtimestamp(micros / 1e6, UTC):%Y-%m-%d})"
    except (ValueError, OverflowError, OSError):
        return text


def _micros(array: pa.Array, zone: tzinfo, order: str, name: str, faults: Faults) -> pa.Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.cast(kind.value_type)
        kind = array.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _typed_times(array, zone)
    if pa.types.is_integer(kind):
        return pa.array(*_by_size(array.fill_null(0).to_numpy(zero_copy_only=False), array))
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        floats = pc.cast(array, pa.float64())
        floats = pc.if_else(pc.is_finite(floats), floats, pa.scalar(None, pa.float64()))
        return pa.array(*_by_size(floats.fill_null(0).to_numpy(zero_copy_only=False), floats))
    texts = pc.utf8_trim_whitespace(as_texts(array))
    if _are_numbers(texts):
        return _micros(pc.cast(texts, pa.int64()), zone, order, name, faults)
    times = iso_times(texts, zone)
    return _one_by_one(texts, zone, order, name, faults) if times is None else times


def _are_numbers(texts: pa.Array) -> bool:
    if texts.null_count == len(texts) or _COMPACT.fullmatch(texts.drop_null()[0].as_py()):
        return False
    return bool(pc.all(pc.match_substring_regex(texts, _DIGITS)).as_py())


def _typed_times(array: pa.Array, zone: tzinfo) -> pa.Array:
    if pa.types.is_date(array.type):
        array = pc.cast(array, pa.timestamp("us"))
    is_local = array.type.tz is None
    micros = pc.cast(array, pa.timestamp("us", array.type.tz), safe=False)
    if is_local:
        micros = pc.assume_timezone(micros, str(zone), ambiguous="earliest", nonexistent="latest")
    return pc.cast(pc.cast(micros, pa.timestamp("us", "UTC")), pa.int64())


def _by_size(numbers: np.ndarray, given: pa.Array) -> tuple[np.ndarray, pa.DataType, np.ndarray]:
    """Seconds, milliseconds, microseconds or nanoseconds, told apart by their size."""
    size = np.abs(numbers.astype(np.float64))
    whole = numbers.astype(np.int64) if numbers.dtype.kind in "iu" else None
    scaled = np.where(size < 1e11, numbers.astype(np.float64) * 1e6, 0.0)
    scaled = np.where((size >= 1e11) & (size < 1e14), numbers.astype(np.float64) * 1e3, scaled)
    micros = np.rint(scaled).astype(np.int64)
    exact = whole if whole is not None else np.rint(np.clip(numbers, -9e18, 9e18)).astype(np.int64)
    micros = np.where((size >= 1e14) & (size < 1e17), exact, micros)
    micros = np.where(size >= 1e17, exact // 1000, micros)
    empty = given.is_null().to_numpy(zero_copy_only=False)
    return micros, pa.int64(), empty


def _one_by_one(texts: pa.Array, zone: tzinfo, order: str, name: str, faults: Faults) -> pa.Array:
    """Times in any form that people write; equal texts are read once."""
    encoded = pc.dictionary_encode(texts)
    parse = moment_value(order, zone)
    found = [_moment(text, parse, zone) for text in encoded.dictionary.to_pylist()]
    micros = [None if isinstance(one, Fault) else one for one in found]
    if len(micros) != len([one for one in found if not isinstance(one, Fault)]):
        for at, index in enumerate(encoded.indices.to_pylist()):
            if index is not None and isinstance(why := found[index], Fault):
                add(faults, at, why.at(name))
    return pa.array(micros, pa.int64()).take(encoded.indices)


def _moment(text: str, parse: object, zone: tzinfo) -> int | Fault | None:
    if _COMPACT.fullmatch(text):
        try:
            return _since(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=zone))
        except ValueError:
            return fault("not_a_time", text=text)
    if _NUMBER.fullmatch(text):
        number = pa.array([float(text)])
        return int(_by_size(number.to_numpy(zero_copy_only=False), number)[0][0])
    value = parse(text)  # type: ignore[operator]
    return _since(value) if isinstance(value, datetime) else value


def _since(moment: datetime) -> int:
    return int(moment.timestamp() // 1) * 1_000_000 + moment.microsecond
