"""A block of a file as events for the lake, and the rows that are none with their reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from banso.listen.imports.meaning.kinds import PROP
from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.loads.meaning.columns import Faults, add, missing, texts_of, times_of
from banso.listen.loads.meaning.guess import SPREAD
from banso.listen.loads.meaning.props import properties_of
from banso.listen.loads.reading.shapes import Block, Original, Rows

Keys = Callable[[Sequence[str]], list[str | None]]
Homes = Callable[[Sequence[str]], dict[str, str]]


@dataclass(frozen=True)
class Refused:
    number: int
    original: Original
    faults: list[Fault]


@dataclass
class Converted:
    """Events ready for the lake; ``unknown`` counts those of customers that are not there yet."""

    table: pa.Table
    numbers: np.ndarray
    places: np.ndarray
    refused: list[Refused]
    unknown: Counter[str] = field(default_factory=Counter)
    left_out: int = 0


@dataclass(frozen=True)
class Converter:
    """What all blocks of a load share; ``keys`` finds the customers, ``homes`` those of users."""

    mapping: Mapping
    zone: tzinfo
    latest: int
    keys: Keys
    homes: Homes

    def typed(self) -> list[str]:
        """The columns whose values, not their JSON, are wanted."""
        return [c.name for c in self.mapping.columns if c.target and c.target not in (PROP, SPREAD)]

    def convert(self, block: Block) -> Converted:
        faults: Faults = {}
        rows = block.rows
        table, left_out = self._table(rows, faults)
        places = np.arange(rows.count)
        numbers = block.numbers
        refused = [Refused(one.number, one.original, [one.fault]) for one in block.spoiled]
        if faults:
            refused += [
                Refused(int(numbers[at]), rows.original(at), why)
                for at, why in sorted(faults.items())
            ]
            good = np.ones(rows.count, dtype=np.bool_)
            good[list(faults)] = False
            table, places = table.filter(pa.array(good)), places[good]
            numbers = numbers[good]
        found = Converted(table, numbers, places, refused, left_out=left_out)
        if table.num_rows:
            self._find_customers(found)
        return found

    def _table(self, rows: Rows, faults: Faults) -> tuple[pa.Table, int]:
        name_of = {c.target: c.name for c in self.mapping.columns if c.target not in ("", PROP)}
        texts = {}
        for target in ("event_id", "account", "user_key", "role", "name"):
            found = texts_of(rows, name_of[target], target, faults) if target in name_of else None
            texts[target] = pa.nulls(rows.count, pa.string()) if found is None else found
        if self.mapping.event_name:
            texts["name"] = texts["name"].fill_null(self.mapping.event_name)
        texts["account"] = self._at_home(texts["account"], texts["user_key"], faults)
        missing(texts["name"], "name", faults)
        times = times_of(
            rows,
            name_of.get("time", ""),
            zone=self.zone,
            order=self._order(),
            latest=self.latest,
            faults=faults,
        )
        props = properties_of(
            rows,
            [c for c in self.mapping.columns if c.target == PROP],
            [c for c in self.mapping.columns if c.target == SPREAD],
            self._others(rows),
        )
        for at, why in props.faults.items():
            for one in why:
                add(faults, at, one)
        table = pa.table(
            {
                "event_id": texts["event_id"],
                "account_key": texts["account"],
                "user_key": texts["user_key"],
                "role": texts["role"],
                "name": texts["name"],
                "ts_us": times,
                "props": props.texts,
            }
        )
        return table, props.left_out

    def _order(self) -> str:
        place = self.mapping.place_of("time")
        return self.mapping.columns[place or 0].order

    def _others(self, rows: Rows) -> list[str]:
        """Columns that came up later in the file than the sample that the mapping was made of."""
        known = {column.name for column in self.mapping.columns}
        members = {name.partition(".")[0] for name in known}
        return [name for name in rows.columns if name not in known and name not in members]

    def _at_home(self, accounts: pa.Array, users: pa.Array, faults: Faults) -> pa.Array:
        """The customer of a user who stands at exactly one, where the row names none."""
        if not accounts.null_count:
            return accounts
        homeless = pc.is_null(accounts)
        wanted = pc.unique(pc.filter(users, homeless).drop_null()).to_pylist()
        homes = self.homes(wanted) if wanted else {}
        if homes:
            encoded = pc.dictionary_encode(users)
            found = [homes.get(user) for user in encoded.dictionary.to_pylist()]
            at_home = pa.array(found, pa.string()).take(encoded.indices)
            accounts = pc.coalesce(accounts, at_home)
        if not wanted:
            missing(accounts, "account", faults)
        elif accounts.null_count:
            for at in pc.indices_nonzero(pc.is_null(accounts)).to_pylist():
                user = users[at].as_py()
                empty = fault("cell_missing", targets="account")
                add(faults, at, fault("homeless", user=user) if user else empty)
        return accounts

    def _find_customers(self, found: Converted) -> None:
        """Put the key of the lake where a file names the customer in another way."""
        encoded = pc.dictionary_encode(found.table["account_key"].combine_chunks())
        texts = encoded.dictionary.to_pylist()
        known = self.keys(texts)
        if known != texts:
            written = [key or text for key, text in zip(known, texts, strict=True)]
            column = pa.array(written, pa.string()).take(encoded.indices)
            found.table = found.table.set_column(1, "account_key", column)
        strangers = {place for place, key in enumerate(known) if key is None}
        for pair in pc.value_counts(encoded.indices).to_pylist() if strangers else []:
            if pair["values"] in strangers:
                found.unknown[texts[pair["values"]]] += pair["counts"]
