from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.act.visits import reads
from banso.act.visits.pages import finding_rows, reasons_for, shown_reasons
from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.shared.users.reads import signed_in

FINDINGS_SHOWN = 5


def visits(request: HttpRequest, account: Account) -> str:
    """Why to visit this customer, when we did, and what it brought; nothing without any survey."""
    wave = reads.wave_asked(None)
    found = reads.visits_of(account.pk)
    if wave is None and not found:
        return ""
    reasons = reasons_for(account, wave) if wave and not wave.is_anonymous else []
    context = {
        "account": account,
        "wave": wave,
        "reasons": shown_reasons(reasons, {}),
        "visits": found,
        "findings": finding_rows(reads.findings_of([account.pk])[:FINDINGS_SHOWN]),
        "may_plan": may_change(signed_in(request), account),
        "is_open": any(visit.held_on is None for visit in found),
    }
    return render_to_string("visits/panel.html", context, request=request)
