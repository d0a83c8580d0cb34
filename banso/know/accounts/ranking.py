"""Columns whose values are at hand for all accounts, so that a list sorts by them at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from numpy.typing import NDArray

from banso.know.accounts.models import Account

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
BLOCK = 1_000


@dataclass(frozen=True)
class Ranking:
    """The accounts that have a value, by id, and the values beside them."""

    ids: Ints
    numbers: Floats

    @cached_property
    def _rising(self) -> Ints:
        return self.ids[np.argsort(self.numbers, kind="stable")]

    def ordered(self, *, descending: bool) -> Ints:
        """The accounts by their value, ties by id."""
        return self._rising[::-1] if descending else self._rising

    @cached_property
    def known(self) -> str:
        """All of them, as a database takes them."""
        return json.dumps(self.ids.tolist())

    def between(self, low: float | None, high: float | None) -> Ints:
        """Those whose value lies between the two, each of which may be open."""
        least = -np.inf if low is None else low
        most = np.inf if high is None else high
        return self.ids[(self.numbers >= least) & (self.numbers <= most)]


class Among(Func):
    """Whether the id is one of many, which go to the database as one parameter."""

    output_field = BooleanField()
    one_by_one = "SELECT value FROM json_each(%s)"
    on_postgresql = "SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(%s AS JSON))"

    def __init__(self, ids: Ints | str) -> None:
        super().__init__(F("pk"))
        self.ids = ids if isinstance(ids, str) else json.dumps(ids.tolist())

    def as_sql(  # type: ignore[override]  # a template says nothing here
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_extra: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        asked = self.on_postgresql if connection.vendor == "postgresql" else self.one_by_one
        return f"{column} IN ({asked})", (*params, self.ids)


def ids_in_order(
    accounts: QuerySet[Account], ranking: Ranking, *, descending: bool, stop: int
) -> list[int]:
    """The first ``stop`` of the accounts in order, those without a value last.

    The order is walked in growing blocks, so that many matches cost no more than a page of them.
    """
    found: list[int] = []
    order = ranking.ordered(descending=descending)
    for block in _blocks(order):
        there = set(accounts.filter(pk__in=block).order_by().values_list("pk", flat=True))
        found += [pk for pk in block if pk in there]
        if len(found) >= stop:
            return found[:stop]
    rest = accounts.exclude(Among(ranking.known)).order_by("-pk" if descending else "pk")
    return found + list(rest.values_list("pk", flat=True)[: stop - len(found)])


def _blocks(order: Ints) -> Iterator[list[int]]:
    start, size = 0, BLOCK
    while start < len(order):
        yield order[start : start + size].tolist()
        start, size = start + size, min(4 * size, 16 * BLOCK)
