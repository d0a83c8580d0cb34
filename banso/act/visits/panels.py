from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.act.visits import reads, thanking
from banso.act.visits.pages import finding_rows, reasons_for, shown_reasons
from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.listen.surveys.models import Survey
from banso.shared.users.reads import signed_in

FINDINGS_SHOWN = 5


def after_survey(request: HttpRequest, survey: Survey) -> str:
    """Whom the survey's newest wave asks to thank and to visit; nothing without answers."""
    own = [wave for wave in reads.waves() if wave.survey_id == survey.pk and not wave.is_anonymous]
    if not own:
        return ""
    context = {
        "wave": own[0],
        "visits": len(reads.candidates(own[0], Q())),
        "left": thanking.respondents(own[0], state=thanking.LEFT).count(),
    }
    return render_to_string("visits/survey_panel.html", context, request=request)


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
