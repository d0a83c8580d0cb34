"""Events on their way into and out of the inbox: checked, cut into batches, packed as Arrow."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from banso.shared.lake import engine, rules

FEW = 5_000
_OBJECT = msgspec.json.Decoder(dict[str, object])


def checked(events: pa.Table) -> pa.Table:
    """The events with the lake's columns in order; BadEvents when one cannot be kept."""
    missing = [name for name in rules.REQUIRED if name not in events.column_names]
    if missing:
        raise rules.BadEvents(f"events lack the columns {missing}: add them before append()")
    columns = []
    for field in rules.ARRIVING:
        if field.name in events.column_names:
            columns.append(_as(events[field.name], field))
        else:
            columns.append(pa.nulls(events.num_rows, field.type))
    table = pa.Table.from_arrays(columns, schema=rules.ARRIVING)
    if table.num_rows:
        _check_values(table)
    return table


def _as(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    try:
        return column.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise rules.BadEvents(
            f"column {field.name!r} cannot become {field.type}: {error}"
        ) from error


def _check_values(table: pa.Table) -> None:
    for name in rules.REQUIRED:
        if table[name].null_count:
            raise rules.BadEvents(f"column {name!r} has empty values: refuse those rows first")
    times = pc.min_max(table["ts_us"])
    if times["min"].as_py() < rules.EARLIEST_US or times["max"].as_py() >= rules.LATEST_US:
        raise rules.BadEvents("ts_us is outside 1970 to 2099: refuse those rows first")
    for name, longest in (("name", rules.LONGEST_NAME), ("account_key", rules.LONGEST_KEY)):
        if pc.max(pc.utf8_length(table[name])).as_py() > longest:
            raise rules.BadEvents(
                f"{name!r} is longer than {longest} letters: refuse those rows first"
            )
    if table["props"].null_count < table.num_rows and not _are_few_objects(table["props"]):
        with engine.opened(arrived=table.select(["props"])) as connection:
            wrong = connection.execute(
                "SELECT COUNT(*) FROM arrived WHERE props IS NOT NULL "
                "AND (NOT json_valid(props) OR ltrim(props, ' \t\r\n')[1] <> '{')"
            ).fetchone()
        if wrong and wrong[0]:
            raise rules.BadEvents("props must be JSON objects as text: refuse the other rows first")


def _are_few_objects(props: pa.ChunkedArray) -> bool:
    """Whether the texts are few, and JSON objects all; opening DuckDB costs more than reading."""
    if len(props) > FEW:
        return False
    try:
        for text in props.to_pylist():
            if text is not None:
                _OBJECT.decode(text)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False
    return True


def batches(table: pa.Table) -> Iterator[pa.Table]:
    """Cut a table so that each inbox row stays small, whatever the size of the properties."""
    start = 0
    while start < table.num_rows:
        part = table.slice(start, rules.BATCH_ROWS)
        while part.num_rows > 1 and part.nbytes > rules.BATCH_BYTES:
            part = part.slice(0, part.num_rows // 2)
        yield part
        start += part.num_rows


def packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpacked(payload: bytes | memoryview) -> pa.Table:
    with pa.ipc.open_stream(pa.py_buffer(payload)) as reader:
        return reader.read_all()
