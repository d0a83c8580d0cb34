from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from banso.act.signals.forms import RuleForm
from banso.act.signals.reads import all_settings, open_counts
from banso.act.signals.writes import save_rule
from banso.shared.users.reads import signed_in


@require_http_methods(["GET", "POST"])
def signal_settings(request: HttpRequest) -> HttpResponse:
    """When is a customer brought to Today?"""
    user = signed_in(request)
    if request.method == "POST" and not user.may("define"):
        raise PermissionDenied
    asked = request.POST.get("kind", "")
    counts = open_counts()
    rows = []
    for kind, is_on, settings in all_settings():
        data = request.POST if kind.key == asked else None
        form = RuleForm(data, kind=kind, is_on=is_on, settings=settings)
        if data is not None and form.is_valid():
            save_rule(
                by=user, kind=kind.key, is_on=form.cleaned_data["is_on"], settings=form.settings
            )
            messages.success(
                request, _("Saved. All customers are looked at again in the background.")
            )
            return redirect("signals:signal_settings")
        rows.append({"kind": kind, "form": form, "is_on": is_on, "count": counts.get(kind.key, 0)})
    context = {"rows": rows, "may_define": user.may("define"), "open": sum(counts.values())}
    return render(request, "signals/signal_settings.html", context)
