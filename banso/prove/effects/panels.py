from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.know.accounts.models import Account
from banso.prove.effects.reads import measures_of


def measures(request: HttpRequest, account: Account) -> str:
    """Which measures this customer got, or waits for by a random draw; nothing for none."""
    found = measures_of(account.pk)
    if not found:
        return ""
    return render_to_string("effects/panel.html", {"measures": found}, request=request)
