"""One chunk of a file against the records: what becomes of each row. A dry run asks the same
questions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from django.db import DataError, IntegrityError, transaction

from banso.know.accounts.writes import upsert_accounts
from banso.know.people.writes import upsert_people
from banso.know.subscriptions.writes import upsert_subscriptions
from banso.listen.imports.meaning.events import convert_events
from banso.listen.imports.meaning.kinds import EVENTS, PEOPLE, SUBSCRIPTIONS, WIDE
from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.meaning.rows import Converted, Money, Refusal, Row, convert
from banso.listen.imports.reading.faults import Fault, fault
from banso.listen.imports.reading.shapes import Chunk
from banso.listen.imports.references import References
from banso.shared import clock
from banso.shared.lake.reads import known_events
from banso.shared.lake.writes import append
from banso.shared.money import CURRENCIES, to_minor
from banso.shared.upserts.rules import CHANGED, SAME, Outcome
from banso.shared.users.models import User
from banso.shared.users.reads import organisation

MONEY = Money(frozenset(CURRENCIES), to_minor)
A_DAY = timedelta(days=1)
SHOWN = 20


@dataclass
class Result:
    """What became of a chunk."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    notices: list[tuple[int, Fault]] = field(default_factory=list)
    shown: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    waiting_parents: dict[str, str] = field(default_factory=dict)
    choices: dict[str, set[str]] = field(default_factory=dict)
    unknown_keys: Counter[str] = field(default_factory=Counter)


@dataclass
class Applier:
    """Holds what all chunks of one run share."""

    mapping: Mapping
    by: User | None
    dry_run: bool
    references: References
    zone: tzinfo
    latest: datetime

    @classmethod
    def of(cls, mapping: Mapping, *, by: User | None, dry_run: bool) -> Applier:
        zone = ZoneInfo(organisation().time_zone)
        return cls(mapping, by, dry_run, References(mapping.source), zone, clock.now() + A_DAY)

    def apply(self, chunk: Chunk, repeats: dict[int, int]) -> Result:
        """Read and write (or only compare) a chunk; the caller holds the transaction."""
        result = Result()
        if self.mapping.kind == EVENTS:
            self._events(chunk, repeats, result)
        else:
            converted = convert(chunk, self.mapping, MONEY, repeats)
            result.refused, result.notices = converted.refused, converted.notices
            self._resolve(chunk, converted, result)
            self._upsert(chunk, converted, result)
        result.counts["refused"] = len(result.refused)
        result.counts["noticed"] = len(result.notices)
        return result

    def _events(self, chunk: Chunk, repeats: dict[int, int], result: Result) -> None:
        events = convert_events(
            chunk, self.mapping, zone=self.zone, latest=self.latest, duplicates=repeats
        )
        result.refused = events.refused
        if not events.table.num_rows:
            return
        keys = pc.dictionary_encode(events.table["account_key"].combine_chunks())
        texts = keys.dictionary.to_pylist()
        known = self.references.event_keys(texts)
        table, indices, numbers = events.table, keys.indices, events.numbers
        if known != texts:
            written = [key or text for key, text in zip(known, texts, strict=True)]
            column = pa.array(written, pa.string()).take(keys.indices)
            table = table.set_column(1, "account_key", column)
        old = known_events(table, source=self.mapping.source)
        if old.any():
            fresh = pa.array(~old)
            table, indices = table.filter(fresh), indices.filter(fresh)
            numbers = [n for n, is_old in zip(numbers, old.tolist(), strict=True) if not is_old]
        unknown = {place for place, key in enumerate(known) if key is None}
        for pair in pc.value_counts(indices).to_pylist() if unknown else []:
            if pair["values"] in unknown:
                result.unknown_keys[texts[pair["values"]]] += pair["counts"]
        result.counts["unclaimed"] = sum(result.unknown_keys.values())
        result.counts["created"] = table.num_rows
        result.counts["same"] = int(old.sum())
        result.shown["created"] = [
            {"row": number, "id": row["account_key"], "name": row["name"]}
            for number, row in zip(numbers[:SHOWN], table.slice(0, SHOWN).to_pylist(), strict=True)
        ]
        if not self.dry_run and table.num_rows:
            append(events=table, source=self.mapping.source)

    def _resolve(self, chunk: Chunk, converted: Converted, result: Result) -> None:
        """Put ids where the rows name accounts, owners and parents; refuse rows of unknown
        accounts.
        """
        rows = converted.rows
        if self.mapping.kind in (PEOPLE, SUBSCRIPTIONS):
            known = self.references.accounts(row["account"] for row in rows if "account" in row)
            for place, row in enumerate(rows):
                text = row.pop("account", None)
                if text is None:
                    found: int | Fault | None = self.references.account_of_email(
                        row.get("email", "")
                    )
                else:
                    found = known[text]
                if isinstance(found, Fault):
                    number, cells = converted.numbers[place], chunk.row(converted.places[place])
                    column = self.mapping.columns[self.mapping.place_of("account") or 0].name
                    result.refused.append(Refusal(number, cells, [found.at(column)]))
                    row["refused"] = True
                elif found is not None:
                    row["account_id"] = found
            _keep(converted, [place for place, row in enumerate(rows) if "refused" not in row])
        if self.mapping.place_of("owner") is not None:
            self._owners(converted, result)
        if self.mapping.place_of("parent") is not None:
            self._parents(converted, result)

    def _owners(self, converted: Converted, result: Result) -> None:
        for number, row in zip(converted.numbers, converted.rows, strict=True):
            text = row.pop("owner", None)
            if text is None:
                continue
            owner = self.references.owner(text)
            if owner is None:
                result.notices.append((number, fault("unknown_owner", text=text)))
            else:
                row["owner_id"] = owner

    def _parents(self, converted: Converted, result: Result) -> None:
        """A parent that is there is set now; one that may come later in the file waits for its
        end.
        """
        texts = {row["external_id"]: row.pop("parent") for row in converted.rows if "parent" in row}
        known = self.references.accounts(texts.values())
        for row in converted.rows:
            text = texts.get(row["external_id"])
            found = known.get(text) if text else None
            if isinstance(found, int):
                row["parent_id"] = found
            elif text:
                result.waiting_parents[row["external_id"]] = text
                self.references.forget(text)

    def _upsert(self, chunk: Chunk, converted: Converted, result: Result) -> None:
        outcomes = self._written(converted.rows)
        for place, outcome in enumerate(outcomes):
            row, number = converted.rows[place], converted.numbers[place]
            if isinstance(outcome, Fault):
                cells = chunk.row(converted.places[place])
                result.refused.append(Refusal(number, cells, [outcome]))
                continue
            result.counts[outcome.state] += 1
            if len(result.shown.setdefault(outcome.state, [])) < SHOWN:
                result.shown[outcome.state].append(_shown(number, row, outcome))
        for column in self.mapping.columns:
            if column.key and column.kind == "choice":
                values = {row.get("custom", {}).get(column.key) for row in converted.rows}
                result.choices[column.key] = {value for value in values if value}

    def _written(self, rows: list[Row]) -> list[Outcome | Fault]:
        """The rows at once; when the database refuses them, in halves until only the bad ones are
        out.
        """
        if not rows:
            return []
        try:
            with transaction.atomic():
                return list(self._verb()(rows))
        except (IntegrityError, DataError, OverflowError) as error:
            if len(rows) == 1:
                return [fault("database_refused", text=str(error).splitlines()[0])]
            half = len(rows) // 2
            return [*self._written(rows[:half]), *self._written(rows[half:])]

    def _verb(self) -> Callable[[list[Row]], Sequence[Outcome]]:
        given: dict[str, Any] = {
            "by": self.by,
            "source": self.mapping.source,
            "dry_run": self.dry_run,
        }
        if self.mapping.kind == WIDE:
            return lambda rows: _upsert_wide(rows, given)
        verb = {PEOPLE: upsert_people, SUBSCRIPTIONS: upsert_subscriptions}.get(
            self.mapping.kind, upsert_accounts
        )
        return lambda rows: verb(rows=rows, **given)


def _upsert_wide(rows: list[Row], given: dict[str, Any]) -> list[Outcome]:
    """Accounts first, then their terms; a row is new when its account is."""
    accounts = [{k: v for k, v in row.items() if k != "subscription"} for row in rows]
    outcomes = upsert_accounts(rows=accounts, **given)
    ids = References(given["source"]).accounts(row["external_id"] for row in rows)
    terms = [
        {**row["subscription"], "account_id": found}
        for row in rows
        if isinstance(found := ids[row["external_id"]], int)
    ]
    of_terms = {
        term["external_id"]: outcome
        for term, outcome in zip(terms, upsert_subscriptions(rows=terms, **given), strict=True)
    }
    return [
        _with_term(outcome, of_terms.get(row["subscription"]["external_id"]))
        for row, outcome in zip(rows, outcomes, strict=True)
    ]


def _with_term(account: Outcome, term: Outcome | None) -> Outcome:
    """An account that stays the same is changed when its term is."""
    if term is None or account.state not in (SAME, CHANGED) or term.state == SAME:
        return account
    return Outcome(CHANGED, account.pk, (*account.changes, *term.changes))


def _keep(converted: Converted, places: list[int]) -> None:
    converted.rows = [converted.rows[place] for place in places]
    converted.numbers = [converted.numbers[place] for place in places]
    converted.places = [converted.places[place] for place in places]


def _shown(number: int, row: Row, outcome: Outcome) -> dict[str, Any]:
    changes = [[c.field, _plain(c.old), _plain(c.new)] for c in outcome.changes[:8]]
    name = row.get("name") or row.get("plan") or ""
    return {"row": number, "id": row["external_id"], "name": name, "changes": changes}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
