from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.listen.invitations.forms import ReopenForm, WaveForm
from banso.listen.invitations.letter_form import PARTS, LetterForm
from banso.listen.invitations.letter_page import letter_block, letters_context
from banso.listen.invitations.listing import every_wave, rows_of
from banso.listen.invitations.models import Reason, State
from banso.listen.invitations.presenting import (
    audience_context,
    form_initial,
    preview_context,
    progress_context,
)
from banso.listen.invitations.reads import (
    ON_A_PAGE,
    audience_of,
    invitations_of,
    mailing_of,
    standing_of,
    survey_for,
    wave_for,
)
from banso.listen.invitations.writes.waves import (
    change_wave,
    close_wave,
    keep_mail_words,
    open_wave,
    plan_wave,
    remind,
    reopen_wave,
    send_again,
)
from banso.listen.surveys.models import Wave
from banso.listen.surveys.reads import definition_of, newest_version
from banso.listen.surveys.wording import obstacles
from banso.shared.spreadsheets import csv_response
from banso.shared.users.models import User
from banso.shared.users.reads import allowed, signed_in


@require_GET
def wave_list(request: HttpRequest) -> HttpResponse:
    """Which surveys went out, and how many answered?"""
    user = signed_in(request)
    page = Paginator(every_wave(), ON_A_PAGE).get_page(request.GET.get("page"))
    rows = rows_of(list(page))
    context = {"page": page, "rows": rows, "may_define": user.may("define")}
    return render(request, "invitations/wave_list.html", context)


@require_http_methods(["GET", "POST"])
def wave_new(request: HttpRequest, survey_pk: int) -> HttpResponse:
    """Whom do we ask, when, and how?"""
    user = allowed(request, "define")
    survey = survey_for(user, survey_pk)
    for obstacle in (found := obstacles(definition_of(newest_version(survey)))):
        messages.error(request, obstacle)
    if found:
        return redirect("surveys:survey_edit", survey.pk)
    audience, context = audience_context(user, dict(request.GET.lists()))
    form = WaveForm(request.POST or None, survey=survey)
    if request.method == "POST" and form.is_valid():
        version = newest_version(survey)
        wave = plan_wave(by=user, version=version, audience=audience, **form.written())
        return redirect("invitations:wave_detail", wave.pk)
    context |= {"form": form, "survey": survey}
    return render(request, "invitations/wave_new.html", context)


@require_http_methods(["GET", "POST"])
def wave_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a wave otherwise, before anybody is asked."""
    user = allowed(request, "define")
    wave = wave_for(user, pk)
    if wave.opened_at is not None:
        messages.error(request, _("People have been asked already: this wave stays as it is."))
        return redirect("invitations:wave_detail", pk)
    asked = dict(request.GET.lists())
    if not asked and request.method == "GET" and wave.audience:
        return redirect(f"{reverse('invitations:wave_edit', args=[pk])}?{wave.audience}")
    audience, context = audience_context(user, asked)
    initial = form_initial(wave, mailing_of(wave))
    form = WaveForm(request.POST or None, survey=wave.survey, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_wave(by=user, wave=wave, audience=audience, **form.written())
        return redirect("invitations:wave_detail", pk)
    context |= {"form": form, "survey": wave.survey, "wave": wave}
    return render(request, "invitations/wave_edit.html", context)


@require_GET
def wave_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom would it ask and leave out; and once it is open, how far is it?"""
    user = signed_in(request)
    wave = wave_for(user, pk)
    context = progress_context(wave) | {
        "may_define": user.may("define"), "reopen_form": ReopenForm(),
        "here": request.build_absolute_uri("/").rstrip("/"),
    }  # fmt: skip
    if wave.opened_at is None:
        context |= preview_context(audience_of(wave, mailing_of(wave)), request.GET)
    return render(request, "invitations/wave_detail.html", context)


@require_http_methods(["GET", "POST"])
def wave_words(request: HttpRequest, pk: int) -> HttpResponse:
    """What do its mails say?"""
    user = allowed(request, "define")
    wave = wave_for(user, pk)
    form = LetterForm(request.POST or None, wave=wave)
    root, do = request.build_absolute_uri("/").rstrip("/"), request.POST.get("do", "")
    if do == "preview":
        kind, _dash, language = request.POST.get("part", "").partition("-")
        if (kind, language) not in PARTS:
            raise Http404
        context = {"one": letter_block(form, kind, language, root)}
        return render(request, "invitations/letter_preview.html", context)
    if do == "usual" or (request.method == "POST" and form.is_valid()):
        keep_mail_words(by=user, wave=wave, words={} if do == "usual" else form.written())
        messages.success(request, _("The words of the mails were saved."))
        return redirect("invitations:wave_words", pk)
    return render(request, "invitations/wave_words.html", letters_context(form, root))


@require_GET
def wave_people(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who was asked, who was left out and why, and whom no mail reached?"""
    wave = wave_for(signed_in(request), pk)
    state, reason = request.GET.get("state", ""), request.GET.get("reason", "")
    if state not in ("", *State.values) or reason not in ("", *Reason.values):
        raise Http404
    rows = invitations_of(wave, state, reason)
    if request.GET.get("format") == "csv":
        return _people_csv(wave, rows)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "wave": wave, "page": page, "states": State.choices, "state": state, "reason": reason,
        "reason_label": dict(Reason.choices).get(reason, ""),
    }  # fmt: skip
    return render(request, "invitations/wave_people.html", context)


def _people_csv(wave: Wave, rows: Any) -> HttpResponseBase:
    """Without who answered where that was promised not to be known."""
    header = [_("Customer"), _("Name"), _("E-mail"), _("State"), _("Reason"), _("Sent")]
    header += [] if wave.is_anonymous else [_("Answered")]
    told = (
        [
            one.account.name if one.account else "", str(one.person or one.user or ""), one.email,
            one.get_state_display(), one.get_reason_display(),
            one.sent_at.isoformat(timespec="minutes") if one.sent_at else "",
            *([] if wave.is_anonymous else [_("yes") if one.has_answered else _("no")]),
        ]
        for one in rows.iterator(1000)
    )  # fmt: skip
    return csv_response(f"{wave.name}.csv", header, told)


@require_POST
def wave_do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Open, remind, send again, close or reopen."""
    user = allowed(request, "define")
    wave = wave_for(user, pk)
    if verb not in VERBS:
        raise Http404
    VERBS[verb](request, user, wave)
    return redirect("invitations:wave_detail", pk)


def _open(request: HttpRequest, user: User, wave: Wave) -> None:
    open_wave(by=user, wave=wave, link_root=request.build_absolute_uri("/").rstrip("/"))
    messages.success(request, _("Open: the invitations are on their way."))


def _remind(request: HttpRequest, user: User, wave: Wave) -> None:
    if standing_of(wave) != "open":
        messages.error(request, _("The survey is not open: nobody can answer now."))
        return
    n = remind(by=user, wave=wave)
    told = ngettext("%(n)s person is reminded.", "%(n)s people are reminded.", n) % {"n": n}
    messages.success(request, told if n else _("Nobody is to be reminded now."))


def _send_again(request: HttpRequest, user: User, wave: Wave) -> None:
    n = send_again(by=user, wave=wave)
    told = ngettext("%(n)s mail is tried again.", "%(n)s mails are tried again.", n) % {"n": n}
    messages.success(request, told)


def _close(request: HttpRequest, user: User, wave: Wave) -> None:
    close_wave(by=user, wave=wave)
    messages.success(request, _("Closed: no more answers are taken."))


def _reopen(request: HttpRequest, user: User, wave: Wave) -> None:
    form = ReopenForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
        return
    reopen_wave(by=user, wave=wave, closes_on=form.cleaned_data["closes_on"])
    messages.success(request, _("Open again."))


VERBS = {
    "open": _open, "remind": _remind, "send-again": _send_again, "close": _close,
    "reopen": _reopen,
}  # fmt: skip
