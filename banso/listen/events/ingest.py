"""From what a program sent to what is on disk: events to the lake, users to their customers."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, IntegrityError, connection, transaction

from banso.know.accounts.writes import upsert_accounts
from banso.know.people.writes import upsert_people
from banso.listen.events import intake, reads, refusals
from banso.listen.events.wire import Event, Identity, Read
from banso.shared import clock
from banso.shared.keys.problems import Refused
from banso.shared.lake import inbox, registry
from banso.shared.lake import reads as lake_reads
from banso.shared.lake import writes as lake

log = logging.getLogger(__name__)
REMEMBERED = 10_000
_sent: OrderedDict[tuple[str, str], tuple[bytes, Outcome]] = OrderedDict()
_lock = threading.Lock()
_backlog = [0.0, 0.0]
BACKLOG_SECONDS = 1.0
BUSY_SECONDS = 30


class KeyReused(Exception):
    """The same Idempotency-Key came with another body."""


@dataclass
class Outcome:
    """What became of a request; ``refused`` by place."""

    accepted: int = 0
    duplicate: int = 0
    refused: dict[int, str] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "refused": [{"index": i, "reason": why} for i, why in sorted(self.refused.items())],
        }


def backlog() -> int:
    """Events that wait for the compaction, counted once a second."""
    now = time.monotonic()
    if not _backlog[0] or now - _backlog[0] > BACKLOG_SECONDS:
        _backlog[:] = [now, lake_reads.waiting_rows()]
    return int(_backlog[1])


def behind(waiting: int) -> Refused | None:
    """The refusal when so many events wait that more would only pile up."""
    if waiting <= settings.INBOX_MOST_EVENTS:
        return None
    return Refused(
        429,
        f"{waiting:,} events wait to be worked on: send it again in {BUSY_SECONDS} s. "
        "Is `banso work` running?",
        headers={"Retry-After": str(BUSY_SECONDS)},
    )


def forget() -> None:
    """Know no batch and no backlog, as a process that just started; tests need it."""
    with _lock:
        _sent.clear()
        _backlog[:] = [0.0, 0.0]


def sent_before(*, source: str, batch_key: str, body: bytes) -> Outcome | None:
    """What this process answered to the same batch, now as duplicates; KeyReused for another."""
    with _lock:
        known = _sent.get((source, batch_key)) if batch_key else None
    if known is None:
        return None
    digest, was = known
    if digest != _digest(body):
        raise KeyReused
    return Outcome(0, was.accepted + was.duplicate, was.refused)


def remember(*, source: str, batch_key: str, body: bytes, outcome: Outcome) -> None:
    """Know the batch when it comes again; to be called once its events are on disk."""
    with _lock:
        _sent[source, batch_key] = _digest(body), outcome
        while len(_sent) > REMEMBERED:
            _sent.popitem(last=False)


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()


def keep_events(read: Read[Event], *, source: str, batch_key: str, has_nul: bool) -> Outcome:
    """Put the events into the lake: on disk when this returns outside of a transaction."""
    homeless = {str(e.user) for _, e in read.items if e.account is None and e.user is not None}
    rows = intake.rows_of(
        read,
        now=clock.now(),
        batch_key=batch_key,
        homes=reads.homes_of(source, sorted(homeless)) if homeless else {},
        has_nul=has_nul,
    )
    if rows.count:
        table = rows.table()
        # inside a transaction the database gave the turn already: to wait here would lock both
        with nullcontext() if connection.in_atomic_block else inbox.turn:
            lake.append(events=table, source=source)
    return Outcome(rows.count, rows.duplicate, read.refused)


def show_refused(
    items: Sequence[tuple[bytes, str]], *, source: str, key_name: str, door: str = refusals.EVENTS
) -> None:
    """Let people see what was refused; what was kept stands whatever becomes of this."""
    if not items:
        return
    try:
        with transaction.atomic():
            refusals.keep_refused(source=source, items=items, key_name=key_name, door=door)
    except DatabaseError:
        log.exception("cannot keep refused events", extra={"source": source})


def keep_people(read: Read[Identity], *, source: str) -> tuple[Outcome, dict[int, str]]:
    """Create or change users and put them at their customers; by place who could not be put."""
    keys = {str(p.account) for _, p in read.items if p.account is not None}
    accounts = registry.resolve(sorted(keys))
    rows: list[dict[str, Any]] = []
    unplaced: dict[int, str] = {}
    for index, person in read.items:
        row = _person(person)
        if isinstance(row, str):
            field_name, _, said = row.partition(" ")
            read.refuse(index, field_name, said)
            continue
        if person.account is not None:
            account_id = accounts.get(str(person.account))
            if account_id is not None:
                row["account_id"] = account_id
            else:
                unplaced[index] = (
                    f"no customer or contract has the id {str(person.account)!r} yet: the person "
                    "is kept; send this again when the customer is there"
                )
        rows.append(row)
    if rows:
        _upserted_people(rows, source)
    return Outcome(len(rows), 0, read.refused), unplaced


def _upserted_people(rows: Sequence[Mapping[str, Any]], source: str) -> None:
    try:
        with transaction.atomic():
            upsert_people(by=None, source=source, rows=rows)
    except IntegrityError:  # another request made the same person meanwhile: now it is known
        upsert_people(by=None, source=source, rows=rows)


def _person(person: Identity) -> dict[str, Any] | str:
    """The columns of a person, or the path of what is wrong and why."""
    traits = person.traits
    row: dict[str, Any] = {"external_id": str(person.user)}
    if traits:
        given = {
            "name": traits.name,
            "email": traits.email,
            "product_role": traits.role,
            "title": traits.title,
        }
        row |= {name: value.strip() for name, value in given.items() if value and value.strip()}
    if any("\0" in value for value in row.values()) or "\0" in str(person.account):
        return " has a NUL character"
    if not row["external_id"].strip():
        return ".user is blank"
    if "email" in row:
        try:
            validate_email(row["email"])
        except ValidationError:
            return ".traits.email is no e-mail address"
    return row


def keep_companies(companies: Mapping[str, Mapping[str, Any]], *, source: str) -> None:
    """Create the customers that nobody knows yet; those that are known stay as they are."""
    known = registry.resolve(sorted(companies))
    rows = [{"external_id": k, **c} for k, c in companies.items() if k not in known]
    if not rows:
        return
    try:
        with transaction.atomic():
            upsert_accounts(by=None, source=source, rows=rows)
    except IntegrityError:  # another request made the same customer meanwhile
        upsert_accounts(by=None, source=source, rows=rows)
