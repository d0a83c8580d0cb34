from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.know.notes.reads import timeline_of
from banso.shared.users.reads import signed_in


def timeline_context(request: HttpRequest, account: Account) -> dict[str, Any]:
    """What the timeline needs."""
    return {
        "account": account,
        "may_change": may_change(signed_in(request), account),
        "timeline": timeline_of(account),
    }


def timeline(request: HttpRequest, account: Account) -> str:
    """What happened with the customer, and a door to write what happened today."""
    return render_to_string(
        "notes/timeline_panel.html", timeline_context(request, account), request
    )
