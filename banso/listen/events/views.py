from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.listen.events import presenting, reads, reasons, refused_page, writes
from banso.listen.events.forms import CorrectionForm, EventNameForm, FeatureForm
from banso.listen.events.found import found_properties
from banso.listen.events.listing import asked, listed, listed_values
from banso.listen.events.models import EventName, Feature, RefusedEvent, Source, UnknownAccount
from banso.listen.events.retrying.masking import masked, restored
from banso.listen.events.retrying.writes import correct_refused, discard_refused, retry_refused
from banso.listen.events.rhythm import reads as rhythm
from banso.listen.events.rhythm.writes import watch
from banso.listen.events.rules import ids_in
from banso.listen.events.source_page import course_of, days_as_csv
from banso.shared.lake.reads import event_rows, unknown_rows, waiting_rows
from banso.shared.users.reads import allowed, signed_in

SHOWN = 5


@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    """What arrives from the product, and is it as usual?"""
    live = presenting.live(rhythm.sources(), rhythm.zone())
    context: dict[str, Any] = {
        "live": live,
        "rate_minutes": presenting.RATE_MINUTES,
        "spark_hours": presenting.SPARK_HOURS,
        "events": event_rows(),
        "waiting": waiting_rows(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "events/event_list.html#live", context)
    by_code = reads.refused_by_code()
    context |= {
        "last": reads.last_event(),
        "unknown": list(reads.unknown_accounts()[:SHOWN]),
        "unknown_rows": unknown_rows(),
        "unknown_keys": reads.unknown_accounts().count(),
        "new": list(reads.new_names()[: SHOWN + 1]),
        "refused": sum(by_code.values()),
        "refused_reasons": [(reasons.BY_CODE[code], n) for code, n in by_code.items()][:SHOWN],
        "has_core": bool(reads.core_names()),
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "events/event_list.html", context)


@require_http_methods(["GET", "POST"])
def event_names(request: HttpRequest) -> HttpResponse:
    """Which kinds of events are there, and what are they called?"""
    if request.method == "POST":
        _change_names(request)
        return redirect(request.get_full_path())
    names, feature = EventName.objects.select_related("feature"), asked(request, "feature")
    since = reads.new_since()
    if feature:
        names = names.filter(feature__key=feature) if feature != "-" else names.filter(feature=None)
    if request.GET.get("core"):
        names = names.filter(is_core=True)
    if request.GET.get("new"):
        names = reads.new_names().select_related("feature")
    sorts = {
        "name": "name",
        "count": "count",
        "first": "first_seen",
        "last": "last_seen",
        "feature": "feature__key",
    }
    listing = listed(
        request, names, search=("name", "label_en", "label_ja"), sorts=sorts, default="-count"
    )
    context = {
        "list": listing,
        "features": list(Feature.objects.all()),
        "feature": feature,
        "new_since": since,
        "any": listing.page.paginator.count or EventName.objects.exists(),
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "events/event_names.html", context)


def _change_names(request: HttpRequest) -> None:
    user = allowed(request, "define")
    chosen = list(EventName.objects.filter(pk__in=_ids(request, "event")))
    action = request.POST.get("action", "")
    if action == "feature":
        key = request.POST.get("to", "")
        feature = get_object_or_404(Feature, key=key) if key else None
        n = writes.assign_feature(by=user, events=chosen, feature=feature)
    else:
        n = writes.mark_core(by=user, events=chosen, is_core=action == "core")
    said = ngettext("%(n)s event changed.", "%(n)s events changed.", n) % {"n": n}
    messages.success(request, said)


def _ids(request: HttpRequest, name: str) -> list[int]:
    return ids_in(request.POST.getlist(name))[:10_000]


@require_http_methods(["GET", "POST"])
def event_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an event its names and feature, and say whether it is a core action."""
    user = allowed(request, "define")
    event = get_object_or_404(EventName.objects.select_related("feature"), pk=pk)
    form = EventNameForm(request.POST or None, instance=event)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        feature = given.pop("feature")
        event = EventName.objects.get(pk=pk)
        writes.name_event(by=user, event=event, **given)
        writes.assign_feature(by=user, events=[event], feature=feature)
        messages.success(request, _("Saved."))
        return redirect("events:event_names")
    context = {
        "event": event,
        "form": form,
        "everywhere": reads.hidden_properties(),
        "no_features": not Feature.objects.exists(),
    }
    return render(request, "events/event_edit.html", context)


@require_http_methods(["GET", "POST"])
def source_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Does this source send as it usually does?"""
    source = get_object_or_404(Source, pk=pk)
    if request.method == "POST":
        user = allowed(request, "define")
        watch(by=user, source=source, is_watched=request.POST.get("watched") == "1")
        return redirect("events:source_detail", pk)
    zone = rhythm.zone()
    course = course_of(source, zone)
    if request.GET.get("format") == "csv":
        return days_as_csv(source, course)
    live = presenting.live([source], zone)
    context = {
        "source": source,
        "line": live.lines[0],
        "warnings": [said for warning, said in live.warnings if warning.source_id == pk],
        "past": [
            (warning, presenting.sentence(warning, zone))
            for warning in source.warnings.exclude(resolved_at=None).select_related("source")[:20]
        ],
        "course": course,
        "rate_minutes": presenting.RATE_MINUTES,
        "spark_hours": presenting.SPARK_HOURS,
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "events/source_detail.html", context)


@require_http_methods(["GET", "POST"])
def feature_list(request: HttpRequest) -> HttpResponse:
    """Which parts of the product do we speak of?"""
    form = FeatureForm(request.POST or None)
    if request.method == "POST":
        user = allowed(request, "define")
        if form.is_valid():
            feature = writes.save_feature(by=user, feature=form.instance)
            messages.success(request, _("Feature added. Choose its events in the list of names."))
            return redirect("events:feature_edit", feature.pk)
    sorts = {"key": "key", "names": "names", "volume": "volume"}
    listing = listed(
        request,
        reads.features_with_counts(),
        search=("key", "name_en", "name_ja"),
        sorts=sorts,
        default="key",
    )
    context = {"list": listing, "form": form, "may_define": signed_in(request).may("define")}
    return render(request, "events/feature_list.html", context)


@require_http_methods(["GET", "POST"])
def feature_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a feature, or take it away."""
    user = allowed(request, "define")
    feature = get_object_or_404(Feature, pk=pk)
    if request.POST.get("action") == "delete":
        writes.delete_feature(by=user, feature=feature)
        messages.success(request, _("Deleted."))
        return redirect("events:feature_list")
    form = FeatureForm(request.POST or None, instance=feature)
    if request.method == "POST" and form.is_valid():
        writes.save_feature(by=user, feature=form.instance)
        messages.success(request, _("Saved."))
        return redirect("events:feature_list")
    events = EventName.objects.filter(feature=pk)
    context = {"feature": Feature.objects.get(pk=pk), "form": form, "events": events}
    return render(request, "events/feature_edit.html", context)


@require_GET
def property_list(request: HttpRequest) -> HttpResponse:
    """Which properties come with events, and which of them are personal?"""
    found = found_properties(EventName.objects.exclude(properties=[]), reads.hidden_properties())
    wanted = asked(request, "which")
    rows = [
        one
        for one in found
        if not wanted or (one.hidden if wanted == "hidden" else one.personal and not one.hidden)
    ]
    listing = listed_values(
        request,
        rows,
        search=lambda one: one.key,
        sorts={
            "key": lambda one: one.key.casefold(),
            "type": lambda one: (one.type, one.key.casefold()),
            "events": lambda one: (len(one.events), one.volume),
            "volume": lambda one: (one.volume, one.key.casefold()),
        },
        default="-volume",
    )
    context = {
        "list": listing,
        "which": wanted,
        "personal": [one.key for one in found if one.personal and not one.hidden],
        "any": bool(found),
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "events/property_list.html", context)


@require_POST
def property_hide(request: HttpRequest) -> HttpResponse:
    """Hide properties, or show them again, of every event or of one."""
    user = allowed(request, "define")
    props = [prop for prop in request.POST.getlist("prop") if 0 < len(prop) <= 100][:1000]
    pk = request.POST.get("event", "")
    event = get_object_or_404(EventName, pk__in=ids_in([pk])) if pk.isdecimal() else None
    verb = (
        writes.show_properties if request.POST.get("action") == "show" else writes.hide_properties
    )
    if props:
        verb(by=user, props=props, event=event)
    back = reverse("events:event_edit", args=[event.pk]) if event else ""
    return redirect(back or reverse("events:property_list"))


@require_GET
def unknown_list(request: HttpRequest) -> HttpResponse:
    """Which events wait for a customer?"""
    sorts = {"key": "account_key", "count": "count", "first": "first_seen", "last": "last_seen"}
    listing = listed(
        request,
        UnknownAccount.objects.all(),
        search=("account_key",),
        sorts=sorts,
        default="-count",
    )
    context = {
        "list": listing,
        "unknown_rows": unknown_rows(),
        "may_add": signed_in(request).may("change_own"),
        "may_import": signed_in(request).may("import"),
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "events/unknown_list.html", context)


@require_http_methods(["GET", "POST"])
def refused_list(request: HttpRequest) -> HttpResponse:
    """What could not be kept, and what can be done about it?"""
    user = allowed(request, "define")
    rows = refused_page.wanted(request)
    if request.method == "POST":
        ids = refused_page.chosen(request, rows)
        if request.POST.get("action") == "discard":
            n = discard_refused(by=user, ids=ids)
            said = ngettext("%(n)s event discarded.", "%(n)s events discarded.", n) % {"n": n}
        else:
            done = retry_refused(by=user, ids=ids)
            said = _("%(taken)s taken in, %(still)s still refused.") % {
                "taken": done.taken,
                "still": done.still,
            }
        messages.success(request, said)
        return redirect(request.get_full_path())
    return render(request, "events/refused_list.html", refused_page.context(request, rows))


@require_http_methods(["GET", "POST"])
def refused_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Look at a refused event, correct it, or put it aside."""
    user = allowed(request, "define")
    refused = get_object_or_404(RefusedEvent.objects.select_related("source"), pk=pk)
    text, values = masked(refused.raw, reads.every_hidden_property())
    form = CorrectionForm(request.POST or None, initial={"raw": text})
    if request.POST.get("action") == "discard":
        discard_refused(by=user, ids=[pk])
        messages.success(request, _("Discarded."))
        return redirect("events:refused_list")
    if request.method == "POST" and form.is_valid():
        raw = restored(form.cleaned_data["raw"], values)
        if correct_refused(by=user, pk=pk, raw=raw).taken:
            messages.success(request, _("Taken in."))
            return redirect("events:refused_list")
        refused.refresh_from_db()
    context = {
        "refused": refused,
        "reason": reasons.BY_CODE[refused.code],
        "form": form,
        "is_masked": bool(values),
    }
    return render(request, "events/refused_edit.html", context)
