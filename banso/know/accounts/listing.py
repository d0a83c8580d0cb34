"""One page of the customer list, at a cost that hardly grows with the number of accounts.

Few matches: fetch their ids once, then sort those. Many matches: do not count them, and walk the
index of the order until a page is full; the browser asks for the count afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from banso.know.accounts.columns import SHOWN_AT_FIRST, Column, Source
from banso.know.accounts.filters import Reader, found_by_text, narrowed
from banso.know.accounts.models import Account
from banso.know.accounts.ranking import ids_in_order
from banso.know.accounts.rules import PAGE_SIZE, Filter, Question

FEW = 1_000


@dataclass(frozen=True)
class Page:
    """The accounts of one page; ``count`` is a lower bound when ``is_more``."""

    accounts: list[Account]
    values: Mapping[int, Sequence[Any]]
    count: int
    is_more: bool
    number: int
    has_next: bool

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1 if self.accounts else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * PAGE_SIZE + len(self.accounts)


@dataclass
class Listing:
    """A question about the list, understood: which columns, filters and order really apply."""

    question: Question
    columns: Mapping[str, Column]
    reader: Reader
    unreadable: list[Filter] = field(default_factory=list)

    @property
    def shown(self) -> list[str]:
        asked = self.question.columns or SHOWN_AT_FIRST
        return [key for key in asked if key in self.columns and key != "name"]

    @property
    def sort(self) -> str:
        column = self.columns.get(self.question.sort_key)
        return self.question.sort if column and column.by is not None else "name"

    def matching(self, *, by_index: bool = True) -> QuerySet[Account]:
        """The accounts that meet search and filters; filters that cannot be read are kept aside."""
        accounts = Account.objects.all()
        self.unreadable = []
        if self.question.q:
            accounts = found_by_text(accounts, self.question.q)
        for asked in self.question.filters:
            column = self.columns.get(asked.key)
            keeps_index = by_index or asked.key == self.sort.removeprefix("-")
            found = (
                narrowed(accounts, asked, column, self.reader, by_index=keeps_index)
                if column
                else None
            )
            if found is None:
                self.unreadable.append(asked)
            else:
                accounts = found
        return accounts

    def ordered(self, accounts: QuerySet[Account]) -> QuerySet[Account]:
        """In the asked order, what is unknown last, ties by id."""
        by = self.columns[self.sort.removeprefix("-")].by or "name"
        if not isinstance(by, str):
            accounts, by = accounts.alias(order_value=by), "order_value"
        descending = self.sort.startswith("-")
        nullable = by == "order_value" or Account._meta.get_field(by).null
        return accounts.order_by(
            OrderBy(F(by), descending=descending, nulls_last=True if nullable else None),
            OrderBy(F("pk"), descending=descending),
        )

    def page(self) -> Page:
        """The accounts of the asked page, or of the last one when there are fewer."""
        number, is_more = self.question.page, False
        if not self.question.is_narrowed:
            count, several = Account.objects.count(), Account.objects.all()
        else:
            ids = list(self.matching().order_by().values_list("pk", flat=True)[: FEW + 1])
            count, is_more = min(len(ids), FEW), len(ids) > FEW
            several = (
                self.matching(by_index=False) if is_more else Account.objects.filter(pk__in=ids)
            )
        if not is_more:
            number = min(number, max(-(-count // PAGE_SIZE), 1))
        start = (number - 1) * PAGE_SIZE
        accounts = self._some(several, start, start + PAGE_SIZE + 1) if count else []
        has_next = len(accounts) > PAGE_SIZE
        accounts = accounts[:PAGE_SIZE]
        return Page(accounts, self.values_of(accounts), count, is_more, number, has_next)

    def _some(self, several: QuerySet[Account], start: int, stop: int) -> list[Account]:
        """A part of the accounts in the asked order."""
        ranking = self.columns[self.sort.removeprefix("-")].ranking
        if ranking is None:
            return list(self.ordered(several)[start:stop])
        descending = self.sort.startswith("-")
        ids = ids_in_order(several, ranking(), descending=descending, stop=stop)[start:]
        found = Account.objects.in_bulk(ids)
        return [found[pk] for pk in ids if pk in found]

    def count(self) -> int:
        """How many accounts match, exactly; this looks at every one of them."""
        return self.matching().order_by().count()

    def values_of(
        self, accounts: Sequence[Account], keys: Sequence[str] | None = None
    ) -> dict[int, list[Any]]:
        """account id -> the plain value of each column; each source is asked once."""
        ids = [account.pk for account in accounts]
        shown = [self.columns[key] for key in (self.shown if keys is None else keys)]
        sources: dict[Source, Mapping[int, Any]] = {}
        for column in shown:
            if column.source and column.source not in sources:
                sources[column.source] = column.source(ids)
        return {
            account.pk: [_value(column, account, sources) for column in shown]
            for account in accounts
        }

    def every_account(self, keys: Sequence[str]) -> Iterator[tuple[Account, list[Any]]]:
        """All matching accounts in order with their values, a thousand at a time."""
        ids = list(self.ordered(self.matching()).values_list("pk", flat=True))
        for start in range(0, len(ids), 1000):
            chunk = ids[start : start + 1000]
            by_id = Account.objects.in_bulk(chunk)
            accounts = [by_id[pk] for pk in chunk if pk in by_id]
            values = self.values_of(accounts, keys)
            for account in accounts:
                yield account, values[account.pk]


def _value(column: Column, account: Account, sources: Mapping[Source, Mapping[int, Any]]) -> Any:
    if column.source is None:
        return column.value(account)
    row = sources[column.source].get(account.pk)
    return None if row is None else column.value(row)
