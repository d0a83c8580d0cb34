from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from banso.listen.invitations.listing import every_wave, rows_of
from banso.listen.surveys.models import Survey
from banso.shared.users.reads import signed_in

MOST = 20


def waves_panel(request: HttpRequest, survey: Survey) -> str:
    """When people were asked, and how many answered."""
    rows = rows_of(list(every_wave(survey)[:MOST]))
    may_define = signed_in(request).may("define")
    context = {"rows": rows, "survey": survey, "may_define": may_define}
    return render_to_string("invitations/waves_panel.html", context, request)
