from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.keys.models import ApiKey
from banso.shared.keys.rules import SCOPES, digest_of, is_due, new_token, prefix_of
from banso.shared.users.models import User


@transaction.atomic
def make_key(
    *, by: User | None, name: str, scopes: Sequence[str], source: str = "product"
) -> tuple[ApiKey, str]:
    """Make a key; the token is returned this once and kept nowhere."""
    if unknown := set(scopes) - set(SCOPES):
        raise ValueError(f"{sorted(unknown)} are no scopes: choose from {', '.join(SCOPES)}")
    token = new_token()
    key = ApiKey.objects.create(
        name=name,
        source=source,
        scopes=[scope for scope in SCOPES if scope in scopes],
        prefix=prefix_of(token),
        digest=digest_of(token),
        created_by=by,
        created_at=clock.now(),
    )
    record("key.made", by=by, key=key.pk, name=name, scopes=key.scopes, source=source)
    return key, token


@transaction.atomic
def revoke_key(*, by: User, key: ApiKey) -> None:
    """Close a key for good; the row stays, so that one can see what it was."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        record("key.revoked", by=by, key=key.pk, name=key.name)


def note_use(key: ApiKey) -> None:
    """Remember that the key is in use, to about ten minutes; no journal entry."""
    now = clock.now()
    if is_due(key.last_used_at, now):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def note_change(*, key: ApiKey, what: str, **said: Any) -> None:
    """Say in the journal which key changed something; to be called inside the change."""
    record("key.changed_something", by=None, key=key.pk, name=key.name, what=what, **said)
