"""From what a reader asked of the list to conditions on accounts."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, F, Field, Func, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import StrIndex
from django.db.models.sql.compiler import SQLCompiler

from banso.know.accounts.columns import Column, Kind
from banso.know.accounts.models import Account
from banso.know.accounts.ranking import Among, Ranking
from banso.know.accounts.rules import (
    BETWEEN,
    EMPTY,
    FILLED,
    IS,
    NEXT,
    QUIET,
    Filter,
    day,
    number,
    whole_number,
)
from banso.shared.money import CURRENCIES, to_minor
from banso.shared.search_text import searchable
from banso.shared.users.models import User

MINE, TEAM, NOBODY = "mine", "team", "nobody"


class Unindexed(Func):
    """The same value, but SQLite may not look it up in an index: when many rows match, it is
    quicker to walk the index of the order and stop after one page. PostgreSQL decides itself.
    """

    arity = 1
    template = "%(expressions)s"

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Any:
        return super().as_sql(compiler, connection, template="+%(expressions)s", **extra)


@dataclass(frozen=True)
class Reader:
    """Who asks (None: a program), on which day, in which currency they write amounts (fetched
    when needed).
    """

    user: User | None
    today: date
    currency: Callable[[], str]


def found_by_text(accounts: QuerySet[Account], q: str) -> QuerySet[Account]:
    """Accounts whose name, reading, external id or website holds every word of ``q``."""
    for place, word in enumerate(searchable(q).split()):
        alias = f"word_{place}"
        accounts = accounts.alias(
            **{alias: StrIndex("search_text", Value(word, output_field=CharField()))}
        ).filter(**{f"{alias}__gt": 0})
    return accounts


def narrowed(
    accounts: QuerySet[Account],
    asked: Filter,
    column: Column,
    reader: Reader,
    *,
    by_index: bool = True,
) -> QuerySet[Account] | None:
    """The accounts that meet one filter, or None when it cannot be read."""
    if column.by is None:
        return None
    if column.ranking is not None:
        return _by_ranking(accounts, asked, column, column.ranking(), reader)
    alias = f"by_{asked.key}_value"
    expression: Combinable = F(column.by) if isinstance(column.by, str) else column.by
    if not by_index and isinstance(column.by, str):
        field = Account._meta.get_field(column.by)
        expression = Unindexed(expression, output_field=cast("Field[Any, Any]", field))
    condition = _condition(alias, asked, column, reader)
    return None if condition is None else accounts.alias(**{alias: expression}).filter(condition)


def _condition(by: str, asked: Filter, column: Column, reader: Reader) -> Q | None:
    how = asked.how or column.ways[0]
    if how not in column.ways:
        return None
    if how in (EMPTY, FILLED):
        empty = Q(**{f"{by}__isnull": True})
        if column.kind in (Kind.TEXT, Kind.CHOICE):
            empty |= Q(**{by: ""})
        return empty if how == EMPTY else ~empty
    if column.kind.is_number:
        return _number_between(by, asked, column, reader)
    if column.kind == Kind.DATE:
        return _date(by, how, asked, reader)
    if column.kind == Kind.OWNER:
        return _owner(by, asked, reader)
    if column.kind == Kind.ACCOUNT:
        return _account(by, how, asked)
    if how == IS:
        return Q(**{f"{by}__in": asked.values}) if asked.values else None
    return _contains(by, asked)


def _contains(by: str, asked: Filter) -> Q | None:
    """Contains the text as it was typed or in its normal form."""
    found = Q()
    for value in asked.values:
        for form in {value, unicodedata.normalize("NFKC", value)}:
            found |= Q(**{f"{by}__icontains": form})
    return found or None


def _by_ranking(
    accounts: QuerySet[Account], asked: Filter, column: Column, ranking: Ranking, reader: Reader
) -> QuerySet[Account] | None:
    how = asked.how or column.ways[0]
    if how == EMPTY:
        return accounts.exclude(Among(ranking.known))
    if how == FILLED:
        return accounts.filter(Among(ranking.known))
    limits = _limits(asked, column, reader) if how == BETWEEN else None
    if limits is None or limits == (None, None):
        return None
    return accounts.filter(Among(ranking.between(*limits)))


def _number_between(by: str, asked: Filter, column: Column, reader: Reader) -> Q | None:
    limits = _limits(asked, column, reader)
    if limits is None:
        return None
    found = Q()
    for limit, lookup in zip(limits, ("gte", "lte"), strict=True):
        if limit is not None:
            found &= Q(**{f"{by}__{lookup}": limit})
    return found or None


def _limits(
    asked: Filter, column: Column, reader: Reader
) -> tuple[float | None, float | None] | None:
    """The two ends as the column keeps its numbers; None when one cannot be read."""
    found: list[float | None] = []
    for text in (asked.low, asked.high):
        limit = number(text) if text else None
        if text and limit is None:
            return None
        scaled = None if limit is None else float(limit)
        if limit is not None and column.kind == Kind.MONEY:
            currency = reader.currency()
            scaled = to_minor(limit, currency if currency in CURRENCIES else "USD")
        elif limit is not None and column.kind == Kind.PERCENT:
            scaled = float(limit) / 100
        found.append(scaled)
    return found[0], found[1]


def _date(by: str, how: str, asked: Filter, reader: Reader) -> Q | None:
    if how in (NEXT, QUIET):
        days = whole_number(asked.value)
        if days is None or days > 36_500:
            return None
        if how == NEXT:
            return Q(**{f"{by}__gte": reader.today, f"{by}__lte": reader.today + timedelta(days)})
        return Q(**{f"{by}__lt": reader.today - timedelta(days)}) | Q(**{f"{by}__isnull": True})
    found = Q()
    for text, lookup in ((asked.low, "gte"), (asked.high, "lte")):
        limit = day(text) if text else None
        if text and limit is None:
            return None
        if limit:
            found &= Q(**{f"{by}__{lookup}": limit})
    return found or None


def _owner(by: str, asked: Filter, reader: Reader) -> Q | None:
    found = Q()
    for value in asked.values:
        if value == MINE and reader.user:
            found |= Q(**{by: reader.user.pk})
        elif value == TEAM:
            team = reader.user.team_id if reader.user else None
            members = User.objects.filter(team_id=team) if team else User.objects.none()
            found |= Q(**{f"{by}__in": members.values("pk")})
        elif value == NOBODY:
            found |= Q(**{f"{by}__isnull": True})
        elif (owner := whole_number(value)) is not None:
            found |= Q(**{by: owner})
    return found or None


def _account(by: str, how: str, asked: Filter) -> Q | None:
    if how == IS:
        ids = [pk for pk in map(whole_number, asked.values) if pk is not None]
        return Q(**{f"{by}__in": ids}) if ids else None
    named = found_by_text(Account.objects.all(), asked.value)
    return Q(**{f"{by}__in": named.values("pk")}) if asked.value else None
