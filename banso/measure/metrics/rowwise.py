"""Values at any days of any customers: facts as step functions, each row looks its values up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

import numpy as np
import pyarrow as pa
from django.conf import settings

from banso.measure.metrics import facts as fact_files
from banso.measure.metrics.bases import Base, Count, Last, RoleChange, Sum, Users
from banso.measure.metrics.evaluation import Plan
from banso.measure.metrics.facts import Facts
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.world import Ints, Rows, Values, World

CHUNK_FACTS = 1_000_000
CHUNK_ROWS = 200_000
MANY_ROWS = 200_000  # from so many on, chunks are worked on side by side
_NEVER = 1 << 19


def evaluated(plan: Plan, rows: pa.Table) -> Iterator[pa.Table]:
    """The values of the rows, chunk by chunk of customers; memory does not grow with the events."""
    account_ids = _ints(rows["account_id"])
    if (np.diff(account_ids) < 0).any():
        rows = rows.sort_by([("account_id", "ascending"), ("row_id", "ascending")])
        account_ids = _ints(rows["account_id"])
    wanted = np.unique(account_ids)
    if not len(wanted):
        return
    first_day = fact_files.first_day()
    start = _NEVER if first_day is None else first_day
    newest = int(_ints(rows["as_of_day"]).max()) - 1

    def work(facts: Facts, chunk: tuple[int, int]) -> pa.Table:
        low, high = chunk
        begin, end = np.searchsorted(account_ids, [wanted[low], wanted[high] + 1])
        part = rows.slice(begin, end - begin)
        accounts = wanted[low : high + 1]
        world = World(accounts, rows_of(part, accounts), start)
        _fill(world, facts, plan.bases)
        return answers(plan, world, part["row_id"])

    with ExitStack() as stack:
        count = max(1, settings.LAKE_THREADS) if len(account_ids) >= MANY_ROWS else 1
        only = wanted if len(wanted) < fact_files.FEW else None  # more are told apart in memory
        opened = [
            stack.enter_context(fact_files.opened(plan.bases, accounts=only, last_day=newest))
            for _ in range(count)
        ]
        yield from _in_turn(opened, work, _chunks(opened[0], plan.bases, wanted, account_ids))


def _in_turn(
    opened: Sequence[Facts],
    work: Callable[[Facts, tuple[int, int]], pa.Table],
    chunks: Iterable[tuple[int, int]],
) -> Iterator[pa.Table]:
    """The chunks' answers in their order; as many are worked on at once as facts are opened."""
    if len(opened) == 1:
        for chunk in chunks:
            yield work(opened[0], chunk)
        return
    free: SimpleQueue[Facts] = SimpleQueue()
    for facts in opened:
        free.put(facts)

    def run(chunk: tuple[int, int]) -> pa.Table:
        facts = free.get()
        try:
            return work(facts, chunk)
        finally:
            free.put(facts)

    waiting: deque[Future[pa.Table]] = deque()
    with ThreadPoolExecutor(len(opened)) as pool:
        for chunk in list(chunks):
            waiting.append(pool.submit(run, chunk))
            if len(waiting) > len(opened):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _chunks(
    facts: Facts, bases: list[Base], wanted: Ints, account_ids: Ints
) -> Iterator[tuple[int, int]]:
    """First and last place of customers whose facts and rows fit into memory together."""
    held = np.zeros(len(wanted), dtype=np.int64)
    between = f"account_id BETWEEN {int(wanted[0])} AND {int(wanted[-1])}"
    for relation in facts.relations:
        counted = _of(
            wanted,
            facts.table(
                f"SELECT account_id, COUNT(*) AS held FROM {relation} "  # noqa: S608 - ours
                f"WHERE {between} GROUP BY account_id"
            ),
        )
        places = np.searchsorted(wanted, _ints(counted["account_id"]))
        held[places] += _ints(counted["held"])
    rows = np.diff(np.append(np.searchsorted(account_ids, wanted), len(account_ids)))
    cost = np.cumsum(held / CHUNK_FACTS + rows / CHUNK_ROWS)
    low = 0
    while low < len(wanted):
        before = cost[low - 1] if low else 0.0
        high = max(int(np.searchsorted(cost, before + 1, side="right")) - 1, low)
        yield low, high
        low = high + 1


def rows_of(part: pa.Table, accounts: Ints) -> Rows:
    start = part["signed_up_day"]
    seats = (
        np.asarray(part["seats"].to_numpy(), dtype=np.float64)
        if "seats" in part.column_names
        else np.full(part.num_rows, np.nan)
    )
    return Rows(
        account=np.searchsorted(accounts, _ints(part["account_id"])).astype(np.int64),
        start=_ints(start.fill_null(0)),
        has_start=np.asarray(start.is_valid().to_numpy(), dtype=bool),
        as_of=_ints(part["as_of_day"]),
        seats=seats,
    )


def _fill(world: World, facts: Facts, bases: list[Base]) -> None:
    """Ask the facts for what the bases of these customers are."""
    low, high = int(world.accounts[0]), int(world.accounts[-1])
    between = f"account_id BETWEEN {low} AND {high}"
    daily = [base for base in bases if isinstance(base, Count | Sum)]
    lasts = [base for base in bases if isinstance(base, Last)]
    if daily or lasts:
        columns = [f"{facts.of(base)} AS d{i}" for i, base in enumerate(daily)]
        for i, last in enumerate(lasts):
            columns += [f"{facts.of(last)} AS l{i}", f"{facts.of(last)}t AS t{i}"]
        table = facts.table(
            f"SELECT account_id, day, {', '.join(columns)} FROM daily WHERE {between}"  # noqa: S608
        )
        world.keep_daily(_of(world.accounts, table), daily, lasts)
    users = [base for base in bases if isinstance(base, Users)]
    if users:
        masks = ", ".join(f"{facts.of(base)} AS m{i}" for i, base in enumerate(users))
        table = facts.table(
            f"SELECT account_id, user_no, week, {masks} FROM users WHERE {between}"  # noqa: S608
        )
        world.keep_user_weeks(_of(world.accounts, table), users)
    for base in bases:
        if isinstance(base, RoleChange):
            table = facts.table(_changes(facts.of(base), between))
            world.keep_changes(_of(world.accounts, table), base)


def _of(accounts: Ints, table: pa.Table) -> pa.Table:
    """The lines of these customers; facts may be there of some that are gone."""
    ids = _ints(table["account_id"])
    place = np.searchsorted(accounts, ids)
    place[place == len(accounts)] = 0
    there = accounts[place] == ids
    return table if there.all() else table.filter(pa.array(there))


def _changes(column: str, between: str) -> str:
    """account_id, began, changed, users: how many users began in one role, and changed when."""
    return (
        "SELECT account_id, began, changed, COUNT(*) AS users FROM ("  # noqa: S608 - ours
        f"SELECT account_id, user_no, MIN({column}f) AS first_us, MIN({column}b) AS before_us, "
        f"MIN({column}d) AS began, MIN({column}c) AS changed FROM users WHERE {between} "
        "GROUP BY account_id, user_no) firsts WHERE before_us = first_us "
        "GROUP BY account_id, began, changed ORDER BY account_id, began, changed"
    )


def answers(plan: Plan, world: World, row_ids: pa.ChunkedArray) -> pa.Table:
    found: dict[str, Values] = {}
    for definition in plan.ordered:
        shape = shapes()[definition.shape]
        found[definition.key] = shape.finish(world, plan.given[definition.key], found)
    columns = {"row_id": row_ids}
    for key, values in found.items():
        columns |= values.columns(key, why=plan.tells_why)
    return pa.table(columns)


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy(), dtype=np.int64)
