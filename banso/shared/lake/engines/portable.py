"""The SQL that every engine understands alike: an allow-list of what a query may be made of.

Engines differ silently in what they are asked (ENGINE.md names weeks that begin on Sunday, zeros
in place of NULL, times moved by nine hours). So a query may use joins on equality, GROUP BY, COUNT,
SUM, MIN, MAX and BIT_OR of a CASE, comparisons, and sums, differences and products of whole
numbers. Days and periods come as columns or as a small table, properties as columns of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import sqlglot
from sqlglot import exp

EVENTS = "events"
# the columns of a file of the lake that a query may name, with their types in DuckDB's words
COLUMNS = {
    "account_id": "BIGINT",
    "user_no": "BIGINT",
    "user_key": "VARCHAR",
    "role": "VARCHAR",
    "name": "VARCHAR",
    "ts_us": "BIGINT",
    "day": "INTEGER",
}
PROMOTED = re.compile(r"([ns])[0-9]+")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_WHOLE = re.compile(r"[0-9]{1,18}|[1-8][0-9]{18}")  # fits 64 bits with either sign
_CASTS = (exp.DType.BIGINT, exp.DType.INT, exp.DType.VARCHAR, exp.DType.TEXT)

_TWO = {"this", "expression"}
# node -> the arguments it may carry; everything else is refused
_ALLOWED: dict[type, set[str]] = {
    exp.Select: {
        *("with_", "expressions", "distinct", "from_", "joins"),
        *("where", "group", "having", "order"),
    },
    exp.Union: {*_TWO, "with_", "distinct", "order"},
    exp.With: {"expressions"},
    exp.CTE: {"this", "alias"},
    exp.Subquery: {"this", "alias"},
    exp.From: {"this"},
    exp.Join: {"this", "side", "kind", "on"},
    exp.Table: {"this", "alias"},
    exp.TableAlias: {"this"},
    exp.Where: {"this"},
    exp.Group: {"expressions"},
    exp.Having: {"this"},
    exp.Order: {"expressions"},
    exp.Ordered: {"this", "desc", "nulls_first"},
    exp.Distinct: {"expressions"},
    exp.Alias: {"this", "alias"},
    exp.Column: {"this", "table"},
    exp.Identifier: {"this", "quoted"},
    exp.Star: set(),
    exp.Literal: {"this", "is_string"},
    exp.Null: set(),
    exp.Boolean: {"this"},
    exp.Paren: {"this"},
    exp.Case: {"ifs", "default"},
    exp.If: {"this", "true"},
    exp.Coalesce: {"this", "expressions"},
    exp.Nullif: _TWO,
    exp.Least: {"this", "expressions", "ignore_nulls"},
    exp.Greatest: {"this", "expressions", "ignore_nulls"},
    exp.Abs: {"this"},
    exp.Cast: {"this", "to"},
    exp.DataType: {"this", "nested"},
    exp.Count: {"this", "big_int"},
    exp.In: {"this", "expressions"},
    exp.Between: {"this", "low", "high"},
}
_BINARY: tuple[type, ...] = (
    *(exp.And, exp.Or, exp.Add, exp.Sub, exp.Mul, exp.Is),
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
)
_UNARY: tuple[type, ...] = (
    *(exp.Not, exp.Neg),
    *(exp.Sum, exp.Min, exp.Max, exp.BitwiseOrAgg),
)
_ALLOWED |= dict.fromkeys(_BINARY, _TWO) | {node: {"this"} for node in _UNARY}


class NotPortable(ValueError):
    """A query that engines would answer differently, or some not at all."""


def parsed(select: exp.Query | str) -> exp.Query:
    """The query as a tree; text is read as DuckDB's dialect."""
    if isinstance(select, exp.Query):
        return select
    try:
        tree = sqlglot.parse_one(select, dialect="duckdb")
    except sqlglot.errors.ParseError as error:
        raise NotPortable(f"this is no SQL: {error}") from error
    if not isinstance(tree, exp.Query):
        raise NotPortable(f"{_shown(tree)} is no SELECT.")
    return tree


def portable(select: exp.Query | str, tables: Iterable[str] = ()) -> exp.Query:
    """The tree of a query that every engine answers alike; anything else raises ``NotPortable``.

    It may read ``events`` and the given small tables.
    """
    tree = parsed(select)
    for node in tree.walk():
        _check_node(node)
        check = _CHECKS.get(type(node))
        if check:
            check(node)
    _check_names(tree, {EVENTS, *tables})
    return tree


def event_columns(tree: exp.Query) -> dict[str, str]:
    """The columns of ``events`` that a query may mean, with their types."""
    named = {column.name for column in tree.find_all(exp.Column)}
    found = {name: kind for name, kind in COLUMNS.items() if name in named}
    for name in sorted(named):
        match = PROMOTED.fullmatch(name)
        if match:
            found[name] = "BIGINT" if match[1] == "n" else "VARCHAR"
    return found or {"day": COLUMNS["day"]}


def _check_node(node: exp.Expr) -> None:
    allowed = _ALLOWED.get(type(node))
    if allowed is None:
        raise NotPortable(f"{type(node).__name__} is not in the portable subset: {_shown(node)}")
    for argument, value in node.args.items():
        if value and argument not in allowed:
            raise NotPortable(
                f"{type(node).__name__} with {argument.strip('_')} is not in the portable subset: "
                f"{_shown(node)}"
            )


def _check_literal(node: exp.Expr) -> None:
    if not node.args["is_string"] and not _WHOLE.fullmatch(str(node.this)):
        raise NotPortable(f"Literal {node.this}: only whole numbers of 64 bits are portable.")


def _check_identifier(node: exp.Expr) -> None:
    if not _NAME.fullmatch(str(node.this)):
        raise NotPortable(
            f"Identifier {node.this!r}: names are small letters, digits and underscores."
        )


def _check_star(node: exp.Expr) -> None:
    outer = node.parent
    if isinstance(outer, exp.Select) and outer.parent is not None and not outer.args.get("joins"):
        return  # of a sub-query over one relation: its columns are known
    if not isinstance(outer, exp.Count):
        raise NotPortable("Star: name the columns of the result.")


def _check_distinct(node: exp.Expr) -> None:
    one = len(node.expressions) == 1
    if not (isinstance(node.parent, exp.Count) and one) and not (
        isinstance(node.parent, exp.Select) and not node.expressions
    ):
        raise NotPortable(f"Distinct: only COUNT(DISTINCT x) is portable: {_shown(node)}")


def _check_subquery(node: exp.Expr) -> None:
    if not isinstance(node.parent, exp.From | exp.Join | exp.Union):
        raise NotPortable(f"Subquery: only in FROM and JOIN: {_shown(node)}")


def _check_is(node: exp.Expr) -> None:
    if not isinstance(node.expression, exp.Null):
        raise NotPortable(f"Is: only IS NULL is portable: {_shown(node)}")


def _check_in(node: exp.Expr) -> None:
    if any(not isinstance(value, exp.Literal | exp.Neg) for value in node.expressions):
        raise NotPortable(f"In: only a list of literals is portable: {_shown(node)}")


def _check_cast(node: exp.Expr) -> None:
    to, value = node.args["to"], node.this
    textual = to.this in (exp.DType.VARCHAR, exp.DType.TEXT)
    if to.this not in _CASTS or (textual and not isinstance(value, exp.Null)):
        raise NotPortable(f"Cast: only BIGINT, INTEGER and a NULL of VARCHAR: {_shown(node)}")
    kind = COLUMNS.get(value.name, "") if isinstance(value, exp.Column) else ""
    if not textual and (kind == "VARCHAR" or (isinstance(value, exp.Literal) and value.is_string)):
        raise NotPortable(f"Cast of text is not in the portable subset: {_shown(node)}")


def _check_join(node: exp.Expr) -> None:
    if node.args.get("side") not in (None, "", "LEFT") or node.args.get("kind") not in (
        *(None, ""),
        *("INNER", "OUTER"),
    ):
        raise NotPortable(f"Join: only JOIN and LEFT JOIN are portable: {_shown(node)}")
    condition = node.args.get("on")
    parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    if not any(isinstance(p, exp.EQ) and _joins_columns(p) for p in parts):
        raise NotPortable(f"Join: ON needs an equality of two columns: {_shown(node)}")


def _check_group(node: exp.Expr) -> None:
    if any(isinstance(part, exp.Literal) for part in node.expressions):
        raise NotPortable(f"Group: name the columns, not their places: {_shown(node)}")


def _check_union(node: exp.Expr) -> None:
    if node.args.get("distinct"):
        raise NotPortable("Union: only UNION ALL is portable.")


_CHECKS: dict[type, Callable[[exp.Expr], None]] = {
    exp.Subquery: _check_subquery,
    exp.Literal: _check_literal,
    exp.Identifier: _check_identifier,
    exp.Star: _check_star,
    exp.Distinct: _check_distinct,
    exp.Is: _check_is,
    exp.In: _check_in,
    exp.Cast: _check_cast,
    exp.Join: _check_join,
    exp.Group: _check_group,
    exp.Union: _check_union,
}


def _check_names(tree: exp.Query, relations: set[str]) -> None:
    """Each relation is known, and no common table expression hides one."""
    made = [cte.alias for cte in tree.find_all(exp.CTE)]
    for name in made:
        if name in relations or made.count(name) > 1:
            raise NotPortable(f"CTE {name}: there is another relation of this name.")
    for table in tree.find_all(exp.Table):
        if table.name not in relations and table.name not in made:
            known = ", ".join(sorted(relations))
            raise NotPortable(f"Table {table.name}: a query reads {known} and nothing else.")


def _joins_columns(equality: exp.Expr) -> bool:
    return isinstance(equality.this, exp.Column) and isinstance(equality.expression, exp.Column)


def _shown(node: exp.Expr) -> str:
    return node.sql(dialect="duckdb")[:120]
