from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.act.signals.kinds import kinds
from banso.act.signals.reads import open_signals_of, reason_of, step_of
from banso.act.tasks.reads import line_of, open_tasks_by_signal, open_tasks_of
from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.shared import clock
from banso.shared.users.reads import signed_in


def next_steps(request: HttpRequest, account: Account) -> str:
    """What is noticed about this customer and what we are going to do."""
    user, today = signed_in(request), clock.today()
    signals = list(open_signals_of(account.pk))
    made = open_tasks_by_signal(signal.pk for signal in signals)
    lines = [
        {
            "signal": signal,
            "reason": reason_of(signal, today),
            "step": step_of(signal),
            "icon": kinds()[signal.kind].icon,
            "task": made.get(signal.pk),
            "is_snoozed": signal.snoozed_until is not None and signal.snoozed_until > today,
        }
        for signal in signals
    ]
    rows = [line_of(user, task, today) for task in open_tasks_of(account.pk)]
    context = {
        "account": account,
        "signals": lines,
        "rows": rows,
        "may_act": may_change(user, account),
    }
    return render_to_string("tasks/next_steps.html", context, request=request)
