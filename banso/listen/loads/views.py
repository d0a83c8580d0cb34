from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.reading.faults import Unreadable
from banso.listen.loads import reads, refused
from banso.listen.loads.drafting import proposed, sample_of, sources_of
from banso.listen.loads.forms import (
    ENCODINGS,
    ChoiceOfFilesForm,
    encoding_given,
    mapping_given,
    zone_given,
    zones,
)
from banso.listen.loads.meaning.guess import faults_of
from banso.listen.loads.models import STARTABLE, Load, State
from banso.listen.loads.presenting import mapping_context, megabytes, run_context
from banso.listen.loads.running import converter_of
from banso.listen.loads.sentences import sentence
from banso.listen.loads.writes import (
    Stopped,
    begin,
    cancel,
    change_draft,
    draft_load,
    keep_copy,
    remove_copy,
    resume,
    stop,
)
from banso.shared.spreadsheets import attachment
from banso.shared.users.models import User
from banso.shared.users.reads import organisation, signed_in


def not_allowed(request: HttpRequest) -> HttpResponse:
    return render(request, "loads/not_allowed.html", status=403)


@require_GET
def load_list(request: HttpRequest) -> HttpResponse:
    """Which history was loaded, by whom, and what became of it?"""
    page = reads.loads_page(request.GET.get("page", ""))
    may_import = signed_in(request).may("import")
    return render(request, "loads/load_list.html", {"page": page, "may_import": may_import})


@require_http_methods(["GET", "POST"])
def load_new(request: HttpRequest) -> HttpResponse:
    """Which files hold the history?"""
    user = signed_in(request)
    if not user.may("import"):
        return not_allowed(request)
    there = reads.incoming_files()
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ChoiceOfFilesForm(*given, there=there)
    if given and form.is_valid():
        try:
            load = _drafted(user, form)
        except Unreadable as error:
            form.add_error(None, sentence(error.fault))
        else:
            return redirect("loads:load_mapping", load.pk)
    context = {
        "form": form,
        "there": [(file, megabytes(file.size)) for file in there],
        "incoming": reads.incoming_root(),
        "most_mb": settings.IMPORT_MOST_BYTES >> 20,
    }
    return render(request, "loads/load_new.html", context, status=400 if form.errors else 200)


def _drafted(user: User, form: ChoiceOfFilesForm) -> Load:
    """A draft of the chosen files; the copies of uploads stay only when one comes of them."""
    sources = sources_of(reads.incoming_paths(form.cleaned_data["incoming"]))
    copies: list[Path] = []
    try:
        for file in form.cleaned_data["file"]:
            copy = keep_copy(
                by=user,
                blocks=file.chunks(1 << 20),
                most_bytes=settings.IMPORT_MOST_BYTES,
                ending="".join(Path(file.name).suffixes[-2:]),
            )
            copies.append(copy)
            (source,) = sources_of([copy], named=file.name)
            sources.append(replace(source, is_copy=True))
        mapping = proposed([source.looked for source in sources])
        zone = organisation().time_zone
        return draft_load(by=user, sources=sources, mapping=mapping, time_zone=zone)
    except BaseException:
        for copy in copies:
            remove_copy(path=copy)
        raise


@require_http_methods(["GET", "POST"])
def load_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Where does each column go, and what will the events look like?"""
    user = signed_in(request)
    if not user.may("import"):
        return not_allowed(request)
    load = reads.load_for(pk)
    if load.state not in STARTABLE:
        return redirect("loads:load_run", pk)
    try:
        mapping, zone, encoding = _given(request, load)
        sample = sample_of(load, encoding=encoding)
        context = mapping_context(load, sample, converter_of(mapping, zone))
        wanted = request.POST.get("do")
        if wanted in ("check", "start") and not faults_of(mapping):
            change_draft(by=user, load=load, mapping=mapping, time_zone=zone, encoding=encoding)
            begin(by=user, load=load, check_only=wanted == "check", in_worker=True)
            return redirect("loads:load_run", pk)
    except Unreadable as error:
        messages.error(request, sentence(error.fault))
        return redirect("loads:load_list")
    except Stopped:
        return redirect("loads:load_run", pk)
    context |= {"zone": zone, "zones": zones(), "encodings": ENCODINGS}
    part = "#form" if request.headers.get("HX-Request") else ""
    return render(request, f"loads/load_mapping.html{part}", context)


def _given(request: HttpRequest, load: Load) -> tuple[Mapping, str, str]:
    """Mapping, zone and encoding as the form says; another encoding makes a new guess."""
    before = Mapping.from_json(load.mapping)
    form = load.files.all()[0].form
    if request.method != "POST":
        return before, load.time_zone, form["encoding"]
    zone, encoding = zone_given(request.POST, load.time_zone), encoding_given(request.POST)
    if encoding and encoding != request.POST.get("encoding_before", form["encoding"]):
        sample = sample_of(load, encoding=encoding)
        return sample.guess(source=before.source), zone, encoding
    if encoding and encoding != form["encoding"]:
        before = sample_of(load, encoding=encoding).guess(source=before.source)
    return mapping_given(request.POST, before), zone, encoding or form["encoding"]


@require_http_methods(["GET", "POST"])
def load_run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far is the load, and what became of its rows?"""
    user = signed_in(request)
    if not user.may("import"):
        return not_allowed(request)
    load = reads.load_for(pk)
    if request.method == "POST":
        _do(request, user, load)
        return redirect("loads:load_run", pk)
    if load.state == State.DRAFT and not load.error:
        return redirect("loads:load_mapping", pk)
    context: dict[str, Any] = run_context(load)
    part = "#status" if request.headers.get("HX-Request") else ""
    return render(request, f"loads/load_run.html{part}", context)


def _do(request: HttpRequest, user: User, load: Load) -> None:
    wanted = request.POST.get("do", "")
    try:
        if wanted == "start" and not faults_of(Mapping.from_json(load.mapping)):
            begin(by=user, load=load, check_only=False, in_worker=True)
        elif wanted == "resume":
            silent = reads.is_silent(load)
            resume(by=user, load=load, in_worker=True, left_running=silent)
        elif wanted == "stop":
            stop(by=user, load=load)
        elif wanted == "cancel" and cancel(by=user, load=load):
            messages.info(request, _("Given up. Events that were loaded before stay."))
    except Stopped:
        messages.error(request, _("The load is in another state by now."))


@require_GET
def load_refused(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """The refused rows as a file to mend and load again, each with its reason."""
    if not signed_in(request).may("import"):
        return not_allowed(request)
    load = reads.load_for(pk)
    if form not in ("csv", "jsonl") or not load.refused_bytes or not load.refused_path.exists():
        raise Http404
    length, stem = load.refused_bytes, load.name.split(".")[0]
    if form == "csv":
        rows = refused.as_csv(load.refused_path, length=length)
        response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    else:
        lines = refused.as_json_lines(load.refused_path, length=length)
        response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    name = _("refused") + f"-{stem}.{form}"
    response["Content-Disposition"] = attachment(name)
    return response
