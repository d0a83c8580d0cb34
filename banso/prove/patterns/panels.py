from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.know.accounts.models import Account, Stage
from banso.know.accounts.reads import may_change
from banso.prove.patterns import rules
from banso.prove.patterns.presenting import icon
from banso.prove.patterns.reads import patterns, used_with
from banso.prove.patterns.situations import patterns_fitting
from banso.shared.users.reads import signed_in

MOST_SHOWN = 6


def fitting_patterns(request: HttpRequest, account: Account) -> str:
    """The patterns for this customer's situation, the best borne out first; nothing for none."""
    found = list(patterns())
    used = used_with(account.pk) if found else {}
    fits = patterns_fitting(found, account) if account.stage != Stage.LEFT else set()
    shown = [pattern for pattern in found if pattern.pk in fits or pattern.pk in used]
    if not shown:
        return ""
    shown.sort(key=lambda p: (p.pk not in fits, -rules.rank(p.level), str(p)))
    rows = [
        {
            "pattern": pattern,
            "version": pattern.current,
            "icon": icon(pattern.level),
            "fits": pattern.pk in fits,
            "used_on": used.get(pattern.pk),
        }
        for pattern in shown[:MOST_SHOWN]
    ]
    context = {
        "rows": rows,
        "account": account,
        "more": max(0, len(shown) - MOST_SHOWN),
        "may_use": may_change(signed_in(request), account),
    }
    return render_to_string("patterns/panel.html", context, request=request)
