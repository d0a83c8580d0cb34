"""Many records in one request: what is sound is kept, each of the others gets its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import DataError, IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from banso.shared.keys.problems import Refused
from banso.shared.keys.writes import note_change
from banso.shared.rest.access import charge, key_of
from banso.shared.rest.faults import field_of, said
from banso.shared.upserts.rules import CHANGED, CREATED, SAME, Outcome

MOST = 1000
ITEMS_A_REQUEST = 100
Row = dict[str, Any]
Verb = Callable[[list[Row]], Sequence[Outcome]]


class RefusedItem(BaseModel):
    index: int = Field(description=_("Place in what was sent, from 0."))
    field: str
    reason: str


class DoneItem(BaseModel):
    index: int = Field(description=_("Place in what was sent, from 0."))
    external_id: str
    id: int
    state: Literal["created", "changed", "same"]


class BatchAnswer(BaseModel):
    created: int
    changed: int
    same: int
    items: list[DoneItem]
    refused: list[RefusedItem]


@dataclass(frozen=True)
class Unread:
    """An item that is none, and why."""

    field: str
    reason: str


def _kept(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        return Unread(field_of(fault["loc"]), said(fault))


# around the type of an item: a bad one does not spoil the others
ONE_BY_ONE = WrapValidator(_kept)


@dataclass
class Batch:
    """The items of a request by their place, as rows for an upsert."""

    rows: dict[int, Row] = field(default_factory=dict)
    refused: dict[int, Unread] = field(default_factory=dict)

    def refuse(self, index: int, name: str, reason: str) -> None:
        self.rows.pop(index, None)
        self.refused.setdefault(index, Unread(name, reason))

    def read(self, items: Sequence[Any], row_of: Callable[[Any], Row]) -> None:
        """Take each item as a row; ``row_of`` raises ``Wrong`` for what cannot be used."""
        for index, item in enumerate(items):
            if isinstance(item, Unread):
                self.refused[index] = item
                continue
            try:
                self.rows[index] = row_of(item)
            except Wrong as wrong:
                self.refuse(index, wrong.field, wrong.reason)

    def refuse_repeated(self) -> None:
        """The same external id twice in one batch: the first one counts."""
        first: dict[str, int] = {}
        for index, row in list(self.rows.items()):
            at = first.setdefault(row["external_id"], index)
            if at != index:
                self.refuse(
                    index,
                    "external_id",
                    gettext("stands in this batch already, at %(index)s") % {"index": at},
                )


def plain_row(item: Any, nullable: Sequence[str], *, leave_out: Sequence[str]) -> Row:
    """The fields that stand in an item; null empties a text."""
    row: Row = {}
    for name in item.model_fields_set - set(leave_out):
        value = getattr(item, name)
        row[name] = "" if value is None and name not in nullable else value
    return row


class Wrong(Exception):
    """An item that cannot be used: which field, and why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} {reason}")
        self.field, self.reason = name, reason


def write(
    request: HttpRequest,
    batch: Batch,
    *,
    what: str,
    verb: Verb,
    ids: Callable[[Sequence[str]], dict[str, int]],
) -> BatchAnswer:
    """Upsert the rows in one transaction, with an entry that names the key."""
    charge(request, (len(batch.rows) + len(batch.refused)) // ITEMS_A_REQUEST)
    places, rows = list(batch.rows), list(batch.rows.values())
    with transaction.atomic():
        outcomes = _written(verb, rows)
        counts = Counter(o.state for o in outcomes if o)
        if counts[CREATED] or counts[CHANGED]:
            note_change(key=key_of(request), what=what, **counts)
    known = ids([row["external_id"] for row in rows])
    done = []
    for index, row, outcome in zip(places, rows, outcomes, strict=True):
        if outcome is None:
            batch.refuse(index, "", gettext("the database refused it: its values contradict"))
            continue
        one = {"index": index, "external_id": row["external_id"], "state": outcome.state}
        done.append(DoneItem.model_validate(one | {"id": known[row["external_id"]]}))
    refused = [
        RefusedItem(index=index, field=why.field, reason=why.reason)
        for index, why in sorted(batch.refused.items())
    ]
    if refused and not done:
        raise Refused(
            422,
            gettext("Nothing of this could be kept: see the reasons."),
            extra={"refused": [item.model_dump() for item in refused]},
        )
    return BatchAnswer(
        created=counts[CREATED],
        changed=counts[CHANGED],
        same=counts[SAME],
        items=done,
        refused=refused,
    )


def _written(verb: Verb, rows: list[Row]) -> list[Outcome | None]:
    """The rows at once; when the database refuses them, in halves until only the bad are out."""
    if not rows:
        return []
    try:
        with transaction.atomic():
            return list(verb(rows))
    except (IntegrityError, DataError, OverflowError):
        if len(rows) == 1:
            return [None]
        half = len(rows) // 2
        return [*_written(verb, rows[:half]), *_written(verb, rows[half:])]
