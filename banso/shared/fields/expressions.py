"""An own field's value inside a query: for filters, sorting and annotations."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, FloatField, Func, TextField
from django.db.models.sql.compiler import SQLCompiler

from banso.shared.fields.models import FieldDefinition, Kind


class OwnText(Func):
    """The value under ``key`` of ``custom`` as text (a date is its ISO text), or NULL."""

    output_field = TextField()

    def __init__(self, custom: Any = None, *, key: str) -> None:
        super().__init__(custom or F("custom"))
        self.key = key

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"JSON_EXTRACT({sql}, %s)", (*params, f'$."{self.key}"')

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"({sql} ->> %s)", (*params, self.key)


class OwnNumber(OwnText):
    """The value as a number; NULL where something else stands."""

    output_field = FloatField()  # type: ignore[assignment]

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Any:
        sql, params = compiler.compile(self.source_expressions[0])
        is_number = f"jsonb_typeof({sql} -> %s) = 'number'"
        value = f"CASE WHEN {is_number} THEN ({sql} ->> %s)::double precision END"
        return f"({value})", (*params, self.key, *params, self.key)


def value_of(field: FieldDefinition) -> OwnText:
    """The expression for one own field of the model that is queried."""
    return OwnNumber(key=field.key) if field.kind == Kind.NUMBER else OwnText(key=field.key)
