from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from banso.know.accounts.models import Account, Environment, SavedView
from banso.know.accounts.reads import changeable_by, may_change, may_change_view
from banso.shared.fields.reads import fields_of
from banso.shared.journal.writes import note_changes, record
from banso.shared.upserts.rules import CHANGED, CREATED, Outcome
from banso.shared.upserts.writes import slices, update_columns, upsert
from banso.shared.users.models import User

CHUNK = 500
FIGURES = ("next_renewal_on", "mrr_minor", "currency", "last_contact_on", "health")
IN_BULK = ("owner_id", "touch_model", "segment")
ACCOUNT_CHANGED = "account"  # the topic of who follows accounts, their terms and their contacts


@transaction.atomic
def add_account(*, by: User, custom: Mapping[str, Any], **fields: Any) -> Account:
    """Add an account by hand; without an external id it gets one of ours."""
    if not by.may("change_own") and not by.may("change_all"):
        raise PermissionDenied
    fields["external_id"] = fields.get("external_id") or f"M-{token_hex(4)}"
    account = Account.objects.create(**fields, source="manual", custom=_filled(custom))
    record("account.added", by=by, account_id=account.pk, name=account.name)
    note_changes(ACCOUNT_CHANGED, account_ids=[account.pk])
    return account


@transaction.atomic
def change_account(
    *, by: User, account: Account, custom: Mapping[str, Any], **fields: Any
) -> Account:
    """Change what differs; the journal keeps old and new. ``custom``: the own fields to set."""
    account = (
        Account.objects.select_for_update(of=("self",)).select_related("owner").get(pk=account.pk)
    )
    if not may_change(by, account):
        raise PermissionDenied
    changes: dict[str, list[Any]] = {}
    for name, new in fields.items():
        old = getattr(account, name)
        if old != new:
            changes[name] = [_said(old), _said(new)]
            setattr(account, name, new)
    for key, new in custom.items():
        old = account.custom.get(key)
        if old != new:
            changes[f"own_{key}"] = [_said(old), _said(new)]
            account.custom = _filled(account.custom | {key: new})
    if changes:
        account.save()
        labels = {
            f"own_{f.key}": {"en": f.label_en, "ja": f.label_ja}
            for f in fields_of("account")
            if f"own_{f.key}" in changes
        }
        record("account.changed", by=by, account_id=account.pk, changes=changes, labels=labels)
        note_changes(ACCOUNT_CHANGED, account_ids=[account.pk])
    return account


def _filled(custom: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in custom.items() if value is not None}


def _said(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, float, str)) else str(value)


@dataclass(frozen=True)
class BulkChange:
    """What became of a change in bulk."""

    changed: int
    same: int
    not_allowed: int


@transaction.atomic
def change_in_bulk(*, by: User, ids: Iterable[int], field: str, value: Any) -> BulkChange:
    """Set one of ``IN_BULK`` on those accounts that the user may change; one journal entry."""
    if field not in IN_BULK:
        raise ValueError(f"{field!r} cannot be changed in bulk: choose one of {', '.join(IN_BULK)}")
    asked = list(dict.fromkeys(ids))
    before: dict[str, list[int]] = defaultdict(list)
    allowed = 0
    for start in range(0, len(asked), CHUNK):
        chunk = Account.objects.filter(pk__in=asked[start : start + CHUNK]).filter(
            changeable_by(by)
        )
        rows = list(chunk.order_by("pk").select_for_update(of=("self",)).values_list("pk", field))
        allowed += len(rows)
        changing = [pk for pk, old in rows if old != value]
        for pk, old in rows:
            if old != value:
                before["" if old is None else str(old)].append(pk)
        Account.objects.filter(pk__in=changing).update(**{field: value})
    changed = sum(map(len, before.values()))
    if changed:
        record("accounts.changed_in_bulk", by=by, field=field, value=value, before=before)
        note_changes(ACCOUNT_CHANGED, account_ids=(pk for ids in before.values() for pk in ids))
    return BulkChange(changed, allowed - changed, len(asked) - allowed)


@transaction.atomic
def set_figures(*, figures: Mapping[int, Mapping[str, Any]]) -> int:
    """Keep figures that other apps know (``FIGURES``) on many accounts; no journal entry.

    Who keeps the health score says itself whom it scored anew.
    """
    by_names: dict[tuple[str, ...], dict[int, dict[str, Any]]] = defaultdict(dict)
    for pk, values in figures.items():
        if unknown := set(values) - set(FIGURES):
            raise ValueError(
                f"{sorted(unknown)} are no figures of an account: choose from {', '.join(FIGURES)}"
            )
        if values:
            by_names[tuple(sorted(values))][pk] = {name: values[name] for name in sorted(values)}
    told = (pk for pk, values in figures.items() if set(values) - {"health"})
    note_changes(ACCOUNT_CHANGED, account_ids=told)
    return sum(update_columns(Account, values=rows) for rows in by_names.values())


@transaction.atomic
def save_environment(*, by: User, account: Account, **fields: str) -> Environment:
    if not may_change(by, account):
        raise PermissionDenied
    environment, _ = Environment.objects.get_or_create(account=account)
    changed = sorted(name for name, value in fields.items() if getattr(environment, name) != value)
    for name in changed:
        setattr(environment, name, fields[name])
    if changed:
        environment.save()
        record("environment.changed", by=by, account_id=account.pk, fields=changed)
    return environment


@transaction.atomic
def save_view(*, by: User, name: str, query: str, is_shared: bool) -> SavedView:
    """Keep a view under a name; the same name again replaces it."""
    view, _ = SavedView.objects.update_or_create(
        owner=by, name=name, defaults={"query": query, "is_shared": is_shared}
    )
    record("view.saved", by=by, view=view.pk, name=name, is_shared=is_shared)
    return view


@transaction.atomic
def delete_view(*, by: User, view: SavedView) -> None:
    if not may_change_view(by, view):
        raise PermissionDenied
    record("view.deleted", by=by, view=view.pk, name=view.name)
    view.delete()


@transaction.atomic
def upsert_accounts(
    *, by: User | None, source: str, rows: Sequence[Mapping[str, Any]], dry_run: bool = False
) -> list[Outcome]:
    """Create or change accounts by their id in the source; one journal entry for all."""
    named = [dict(row) if "name" in row else {**row, "name": row["external_id"]} for row in rows]
    bare = [row for row, given in zip(named, rows, strict=True) if "name" not in given]
    known = {} if not bare else _known_ids(source, [row["external_id"] for row in bare])
    for row in bare:
        if row["external_id"] in known:
            del row["name"]
    outcomes = upsert(Account, source=source, rows=named, dry_run=dry_run)
    count = Counter(outcome.state for outcome in outcomes)
    if not dry_run and (count[CREATED] or count[CHANGED]):
        record(
            "accounts.upserted",
            by=by,
            source=source,
            created=count[CREATED],
            changed=count[CHANGED],
        )
        note_changes(ACCOUNT_CHANGED, account_ids=_written(source, named, outcomes))
    return outcomes


def _written(
    source: str, rows: Sequence[Mapping[str, Any]], outcomes: Sequence[Outcome]
) -> set[int]:
    """The accounts that the rows created or changed."""
    pairs = list(zip(rows, outcomes, strict=True))
    new = [row["external_id"] for row, outcome in pairs if outcome.state == CREATED]
    changed = {o.pk for o in outcomes if o.state == CHANGED and o.pk is not None}
    return changed | set(_known_ids(source, new).values())


def _known_ids(source: str, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in slices(ids):
        rows = Account.objects.filter(source=source, external_id__in=some)
        found.update(rows.values_list("external_id", "pk"))
    return found
