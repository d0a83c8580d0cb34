from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localtime

from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.know.accounts.writes import set_figures
from banso.know.notes.models import Note
from banso.shared.journal.writes import record
from banso.shared.users.models import User


@transaction.atomic
def add_note(*, by: User, account: Account, **fields: Any) -> Note:
    """Keep one contact with an account; the account's last contact follows."""
    if not may_change(by, account):
        raise PermissionDenied
    note = Note.objects.create(account=account, author=by, **fields)
    day = localtime(note.at).date()
    last = Account.objects.select_for_update(of=("self",)).get(pk=account.pk).last_contact_on
    if last is None or last < day:
        set_figures(figures={account.pk: {"last_contact_on": day}})
    record(
        "note.added",
        by=by,
        account_id=account.pk,
        note=note.pk,
        mood=note.mood,
        channel=note.channel,
    )
    return note
