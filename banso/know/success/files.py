"""The list of what is called success as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.know.success import reads
from banso.know.success.models import Definition

Table = tuple[list[str], Iterator[list[Any]]]
AT_ONCE = 500


def list_file(customers: QuerySet[Account]) -> Table:
    """A line for each step, and for each definition without any: the shared ones first."""
    header = [
        _("External id"), _("Customer"), _("Owner"), _("What is called success"),
        _("Who said it"), _("Said on"), _("Place of the step"), _("Step to success"), _("Metric"),
    ]  # fmt: skip

    def made() -> Iterator[list[Any]]:
        for found in (reads.shared_definitions(), reads.definitions_of(customers)):
            rows = found.iterator(AT_ONCE) if isinstance(found, QuerySet) else found
            for definition in rows:
                yield from _lines(definition)

    return header, made()


def _lines(definition: Definition) -> Iterator[list[Any]]:
    version, account = definition.current, definition.account
    if version is None:
        return
    of = [account.external_id, account.name, str(account.owner or "")] if account else [""] * 3
    said = [*of, version.words, version.who, version.said_on.isoformat()]
    steps = list(version.steps.all())
    for number, step in enumerate(steps, 1):
        yield [*said, number, step.words, step.metric]
    if not steps:
        yield [*said, "", "", ""]
