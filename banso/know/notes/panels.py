from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.know.notes.forms import NoteForm
from banso.know.notes.models import Mood
from banso.know.notes.moods import ICONS
from banso.know.notes.reads import timeline_of
from banso.shared.users.reads import signed_in


def timeline_context(request: HttpRequest, account: Account, form: NoteForm | None = None) -> dict[str, Any]:
    """What the timeline and its form need."""
    allowed = may_change(signed_in(request), account)
    return {
        "account": account,
        "may_change": allowed,
        "form": (form or NoteForm(account=account)) if allowed else None,
        "moods": [(mood.value, mood.label, ICONS[mood]) for mood in Mood],
        "timeline": timeline_of(account),
    }


def timeline(request: HttpRequest, account: Account) -> str:
    """What happened with the customer, and a place to write what happened today."""
    return render_to_string("notes/timeline_panel.html", timeline_context(request, account), request)
