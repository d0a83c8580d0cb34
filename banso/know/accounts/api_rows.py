"""Customers that a program sends, as rows for the upsert."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from banso.know.accounts.reads import account_ids
from banso.shared.fields.reads import fields_of
from banso.shared.rest.batches import Batch, Row, Unread, Wrong, plain_row
from banso.shared.rest.own_fields import checked
from banso.shared.users.reads import people_who_own

MAY_BE_NULL = ("employees", "signed_up_on")


def account_rows(items: Sequence[Any], *, source: str) -> Batch:
    """Each item as columns, with owners and parents found; the others with their reason."""
    fields = {field.key: field for field in fields_of("account")}
    sent = [item for item in items if not isinstance(item, Unread)]
    parents = account_ids(source, [item.parent for item in sent if item.parent])
    owners = _owners() if any(item.owner for item in sent) else {}
    batch = Batch()

    def row_of(item: Any) -> Row:
        row = plain_row(item, MAY_BE_NULL, leave_out=("custom", "owner", "parent"))
        if "name" in row and not row["name"]:
            raise Wrong("name", _("is missing"))
        if "owner" in item.model_fields_set:
            row["owner_id"] = _found(item.owner, owners, "owner", lower=True)
        if "parent" in item.model_fields_set:
            row["parent_id"] = _found(item.parent, parents, "parent")
            if item.parent == item.external_id:
                raise Wrong("parent", _("is the customer itself"))
        if item.custom:
            row["custom"] = checked(item.custom, fields)
        return row

    batch.read(items, row_of)
    batch.refuse_repeated()
    return batch


def _found(
    text: str | None, known: dict[str, int], name: str, *, lower: bool = False
) -> int | None:
    if not text:
        return None
    found = known.get(text.lower() if lower else text)
    if found is None:
        raise Wrong(name, _("“%(text)s” is not known") % {"text": text[:80]})
    return found


def _owners() -> dict[str, int]:
    return {email.lower(): pk for pk, email in people_who_own().values_list("pk", "email")}
