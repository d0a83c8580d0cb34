from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.know.accounts.models import Account
from banso.know.success import pages, reads
from banso.shared.users.reads import signed_in


def success(request: HttpRequest, account: Account) -> str:
    """What this customer calls success, or how to find out."""
    found = reads.definition_of(account)
    context = {
        "account": account,
        "row": pages.rows([found])[0] if found else None,
        "may_write": reads.may_write_for(signed_in(request), account),
    }
    return render_to_string("success/panel.html", context, request)
