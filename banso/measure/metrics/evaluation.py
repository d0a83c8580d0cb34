"""All metrics in one pass: the lake adds up per customer and day, each row looks its values up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from banso.measure.metrics.bases import (
    LARGEST,
    MICRO,
    NUMBER_OPS,
    Base,
    Codes,
    Condition,
    Count,
    Last,
    RoleChange,
    Sum,
    Users,
    condition_sql,
    daily_sql,
    last_sql,
    role_change_sql,
    user_sql,
)
from banso.measure.metrics.shape import Given
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.world import Floats, Ints, Rows, Values, World
from banso.shared.lake.reads import Session, session
from banso.shared.lake.rules import quoted

CORE = "@core"
FEATURE = "@feature:"
STEPS = ("step1", "step2", "step3", "step4", "step5")
CHUNK_EVENTS = 400_000
CHUNK_ROWS = 400_000
_NEVER = 1 << 19


class Defined(Protocol):
    """What the evaluation needs of a definition."""

    @property
    def key(self) -> str: ...
    @property
    def shape(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Plan:
    """The definitions in the order in which they can be finished, and all that they are made of.

    ``tells_why``: the answers have a column ``<key>__why`` with the reason that a row has no value.
    """

    ordered: list[Defined]
    given: dict[str, Given]
    bases: list[Base]
    tells_why: bool = False


def given_of(
    params: Mapping[str, Any],
    core: Sequence[str],
    features: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Given:
    """Parameters as the shapes want them; ``core`` are the names of the core actions."""

    def names(key: str) -> tuple[str, ...] | None:
        return _names_of(str(params.get(key, "")), core, features)

    parts = params.get("parts") or [f"{FEATURE}{key}" for key in features]
    return Given(
        names=names("event"),
        after=names("after"),
        steps=tuple(names(key) or () for key in STEPS if params.get(key)),
        parts=tuple(_names_of(part, core, features) or () for part in parts),
        role=str(params.get("role", "")),
        other_role=str(params.get("other_role", "")),
        days=int(params.get("days", 28)),
        prop=str(params.get("property", "")),
        top=str(params.get("top", "")),
        bottom=str(params.get("bottom", "")),
        within=int(params.get("within", 14)),
        windows=int(params.get("windows", 8)),
        period=str(params.get("period", "")),
        way=str(params.get("way", "")),
        where=conditions_of(params),
    )


def _names_of(
    event: str, core: Sequence[str], features: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...] | None:
    """The names of an event, of all core actions, or of a feature; None for every event."""
    if event == CORE:
        return tuple(core)
    if event.startswith(FEATURE):
        return features.get(event.removeprefix(FEATURE), ())
    return (event,) if event else None


def conditions_of(params: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The filter of a definition; it is kept as ``where: [{"prop", "op", "value"}, …]``."""
    found = []
    for kept in params.get("where", ()):
        value, op = kept.get("value"), kept["op"]
        if op in NUMBER_OPS:
            found.append(Condition(kept["prop"], op, micros=round(float(value) * MICRO)))
        else:
            texts = value if isinstance(value, list) else [value] * (op != "exists")
            found.append(Condition(kept["prop"], op, tuple(str(text) for text in texts)))
    return tuple(found)


def planned(
    definitions: Sequence[Defined],
    core: Sequence[str],
    features: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Plan:
    given = {d.key: given_of(d.params, core, features) for d in definitions}
    made_of = {d.key: {given[d.key].top, given[d.key].bottom} - {""} for d in definitions}
    ordered = sorted(definitions, key=lambda d: bool(made_of[d.key]))
    bases = dict.fromkeys(b for d in ordered for b in shapes()[d.shape].bases(given[d.key]))
    return Plan(ordered, given, list(bases))


def evaluated(plan: Plan, rows: pa.Table) -> Iterator[pa.Table]:
    """The values of the rows, chunk by chunk of customers; memory does not grow with the events."""
    account_ids = _ints(rows["account_id"])
    if (np.diff(account_ids) < 0).any():
        rows = rows.sort_by([("account_id", "ascending"), ("row_id", "ascending")])
        account_ids = _ints(rows["account_id"])
    wanted = np.unique(account_ids)
    codes = Codes.of(plan.bases)
    with session(
        wanted=pa.table({"account_id": wanted}),
        names=_coded(codes.names),
        roles=_coded(codes.roles),
    ) as lake:
        first_day = lake.table("SELECT MIN(day) AS day FROM events")["day"][0].as_py()
        lake.execute(_base_table(plan.bases, codes))
        counted = lake.table("SELECT account_id, COUNT(*) AS events FROM base GROUP BY account_id")
        for low, high in _chunks(wanted, account_ids, counted):
            begin, end = np.searchsorted(account_ids, [wanted[low], wanted[high] + 1])
            part = rows.slice(begin, end - begin)
            accounts = wanted[low : high + 1]
            start = _NEVER if first_day is None else int(first_day)
            world = World(accounts, _rows(part, accounts), start)
            _fill(world, lake, plan.bases, codes)
            yield _answers(plan, world, part)


def _base_table(bases: list[Base], codes: Codes) -> str:
    """The events the metrics look at, as small integers; properties as columns of millionths."""
    columns = ["e.account_id", "e.day", "COALESCE(names.code, 0) AS n"]
    columns.append(
        "COALESCE(roles.code, CASE WHEN e.role IS NULL OR e.role = '' THEN 0 ELSE -1 END) AS r"
    )
    if any(isinstance(base, Users | RoleChange) for base in bases):
        columns.append("NULLIF(e.user_key, '') AS user_key")
    if any(isinstance(base, Last | RoleChange) for base in bases):
        columns.append("e.ts_us")
    columns += [f"{_number(prop)} AS p{number}" for prop, number in codes.props.items()]
    for condition, number in codes.conditions.items():
        value = _number(condition.prop) if condition.kind == "number" else _text(condition.prop)
        holds = condition_sql(condition, value, quoted)
        columns.append(f"CASE WHEN {holds} THEN 1 ELSE 0 END AS c{number}")
    named = all(not isinstance(b, RoleChange) and b.match.names is not None for b in bases)
    return (
        f"CREATE TEMP TABLE base AS SELECT {', '.join(columns)} FROM events e "  # noqa: S608
        "JOIN wanted ON wanted.account_id = e.account_id "
        "LEFT JOIN names ON names.word = e.name LEFT JOIN roles ON roles.word = e.role "
        f"{'WHERE names.code IS NOT NULL ' if named else ''}ORDER BY e.account_id"
    )


def _text(prop: str) -> str:
    """A property as text."""
    escaped = prop.replace("\\", "\\\\").replace('"', '\\"')
    path = quoted(f'$."{escaped}"')
    return f"json_extract_string(e.props, {path})"


def _number(prop: str) -> str:
    """A property as millionths."""
    value = f"TRY_CAST({_text(prop)} AS DOUBLE)"
    sane = f"CASE WHEN ABS({value}) <= {LARGEST} THEN {value} END"
    return f"TRY_CAST(ROUND({sane} * {MICRO}) AS BIGINT)"


def _coded(codes: Mapping[str, int]) -> pa.Table:
    words, numbers = pa.array(codes, pa.string()), pa.array(codes.values(), pa.int32())
    return pa.table({"word": words, "code": numbers})


def _chunks(wanted: Ints, account_ids: Ints, counted: pa.Table) -> Iterator[tuple[int, int]]:
    """First and last place of customers whose events and rows fit into memory together."""
    if not len(wanted):
        return
    events = np.zeros(len(wanted), dtype=np.int64)
    events[np.searchsorted(wanted, _ints(counted["account_id"]))] = _ints(counted["events"])
    rows = np.diff(np.append(np.searchsorted(account_ids, wanted), len(account_ids)))
    cost = np.cumsum(events / CHUNK_EVENTS + rows / CHUNK_ROWS)
    low = 0
    while low < len(wanted):
        before = cost[low - 1] if low else 0.0
        high = max(int(np.searchsorted(cost, before + 1, side="right")) - 1, low)
        yield low, high
        low = high + 1


def _rows(part: pa.Table, accounts: Ints) -> Rows:
    start = part["signed_up_day"]
    return Rows(
        account=np.searchsorted(accounts, _ints(part["account_id"])).astype(np.int64),
        start=_ints(start.fill_null(0)),
        has_start=np.asarray(start.is_valid().to_numpy(), dtype=bool),
        as_of=_ints(part["as_of_day"]),
        seats=_seats(part),
    )


def _seats(part: pa.Table) -> Floats:
    """The rows' seats; none where nobody asked for them."""
    if "seats" not in part.column_names:
        return np.full(part.num_rows, np.nan)
    return np.asarray(part["seats"].to_numpy(), dtype=np.float64)


def _fill(world: World, lake: Session, bases: list[Base], codes: Codes) -> None:
    """Ask the lake for what the bases of these customers are."""
    low, high = int(world.accounts[0]), int(world.accounts[-1])
    between = f"account_id BETWEEN {low} AND {high}"
    daily = [base for base in bases if isinstance(base, Count | Sum)]
    if daily:
        columns = ", ".join(f"{_whole(daily_sql(b, codes))} AS d{i}" for i, b in enumerate(daily))
        sql = f"SELECT account_id, day, {columns} FROM base WHERE {between} "  # noqa: S608
        world.keep_daily(
            lake.table(f"{sql}GROUP BY account_id, day ORDER BY account_id, day"), daily
        )
    users = [base for base in bases if isinstance(base, Users)]
    if users:
        columns = ", ".join(f"{user_sql(b, codes)} AS u{i}" for i, b in enumerate(users))
        sql = f"SELECT account_id, user_key, day, {columns} FROM base WHERE {between} "  # noqa: S608
        sql += "AND user_key IS NOT NULL GROUP BY account_id, user_key, day "
        world.keep_user_days(lake.table(f"{sql}ORDER BY account_id, user_key, day"), users)
    for base in bases:
        if isinstance(base, Last):
            world.keep_last(lake.table(last_sql(base, codes).format(low=low, high=high)), base)
        elif isinstance(base, RoleChange):
            sql = role_change_sql(base, codes).format(low=low, high=high)
            world.keep_changes(lake.table(sql), base)


def _whole(aggregate: str) -> str:
    """A sum that fits 64 bits whatever came."""
    return f"CAST(GREATEST(LEAST(COALESCE({aggregate}, 0), {2**62}), -{2**62}) AS BIGINT)"


def _answers(plan: Plan, world: World, part: pa.Table) -> pa.Table:
    found: dict[str, Values] = {}
    for definition in plan.ordered:
        shape = shapes()[definition.shape]
        found[definition.key] = shape.finish(world, plan.given[definition.key], found)
    columns = {"row_id": part["row_id"]}
    for key, values in found.items():
        columns |= values.columns(key, why=plan.tells_why)
    return pa.table(columns)


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64)
