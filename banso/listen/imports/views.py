from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.listen.imports.forms import UploadForm, mapping_given
from banso.listen.imports.guessing import Proposal, propose
from banso.listen.imports.labels import ENCODING_CHOICES, ORDERS
from banso.listen.imports.meaning.guess import Sampled
from banso.listen.imports.meaning.kinds import KINDS
from banso.listen.imports.meaning.mappings import Mapping, problems
from banso.listen.imports.models import ImportRun, Kind, State
from banso.listen.imports.presenting import mapping_context, run_context
from banso.listen.imports.reading.faults import Unreadable, fault
from banso.listen.imports.reads import run_for, runs_page
from banso.listen.imports.samples import SAMPLES
from banso.listen.imports.sentences import sentence
from banso.listen.imports.writes import (
    Stopped,
    ask_for_check,
    ask_for_run,
    cancel_run,
    keep_mapping,
    keep_upload,
    reread_upload,
    start_draft,
)
from banso.shared.fields.models import Kind as FieldKind
from banso.shared.fields.models import KnownWhen
from banso.shared.spreadsheets import attachment, csv_response
from banso.shared.users.models import User
from banso.shared.users.reads import signed_in

WHERE = {
    State.DRAFT: "imports:import_mapping",
    State.CHECKING: "imports:import_check",
    State.CHECKED: "imports:import_check",
}


def place_of(run: ImportRun) -> str:
    """The page on which a run stands."""
    return WHERE.get(State(run.state), "imports:import_run")


def not_allowed(request: HttpRequest) -> HttpResponse:
    return render(request, "imports/not_allowed.html", status=403)


@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    """What was imported, by whom, and what became of it?"""
    page = runs_page(request.GET.get("page", ""))
    context = {
        "page": page,
        "rows": [(run, place_of(run)) for run in page],
        "may_import": signed_in(request).may("import"),
        "kinds": Kind.choices,
    }
    return render(request, "imports/import_list.html", context)


@require_http_methods(["GET", "POST"])
def import_upload(request: HttpRequest) -> HttpResponse:
    """Which files shall be imported?"""
    user = signed_in(request)
    if not user.may("import"):
        return not_allowed(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        runs = []
        for file in form.cleaned_data["file"]:
            try:
                runs.append(_draft_of(user, file))
            except Unreadable as error:
                form.add_error("file", f"{file.name}: {sentence(error.fault)}")
        if len(runs) > 1:
            names = ", ".join(run.upload.name for run in runs)
            messages.info(
                request,
                _("Uploaded: %(names)s. Go on with each; customers first.") % {"names": names},
            )
            return redirect("imports:import_list")
        if runs and not form.errors:
            return redirect("imports:import_mapping", runs[0].pk)
    context = {"form": form, "kinds": Kind.choices}
    return render(
        request, "imports/import_upload.html", context, status=400 if form.errors else 200
    )


def _draft_of(user: User, file: Any) -> ImportRun:
    upload = keep_upload(
        by=user,
        name=file.name or "",
        blocks=file.chunks(1 << 20),
        most_bytes=settings.IMPORT_MOST_BYTES,
    )
    return start_draft(by=user, upload=upload, mapping=propose(upload).mapping)


@require_http_methods(["GET", "POST"])
def import_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """What is in this file?"""
    user = signed_in(request)
    if not user.may("import"):
        return not_allowed(request)
    run = run_for(pk)
    if run.state in (State.CHECKING, State.RUNNING, State.DONE):
        return redirect(place_of(run), run.pk)
    try:
        proposal = _proposal(request, run)
    except Unreadable as error:
        messages.error(request, sentence(error.fault))
        return redirect("imports:import_list")
    mapping = proposal.mapping
    wrong = problems(mapping) if mapping else [fault("no_customers")]
    if mapping and not wrong and request.POST.get("do") == "check":
        return _check(request, user, run, mapping, proposal.columns)
    context = {
        "run": run,
        "kinds": Kind.choices,
        "encodings": ENCODING_CHOICES if run.upload.shape["form"] != "xlsx" else (),
        "orders": ORDERS,
        "field_kinds": FieldKind.choices,
        "known_whens": KnownWhen.choices,
        "problems": [sentence(found) for found in wrong],
        "kept": proposal.kept if request.method == "GET" else None,
        **(mapping_context(mapping, proposal.columns) if mapping else {}),
    }
    part = "#form" if request.headers.get("HX-Request") else ""
    return render(request, f"imports/import_mapping.html{part}", context)


def _proposal(request: HttpRequest, run: ImportRun) -> Proposal:
    """What the form says; a new kind or encoding makes a new guess."""
    given = request.POST
    encoding = given.get("encoding", "")
    if encoding and encoding != run.upload.shape["encoding"] and encoding in dict(ENCODING_CHOICES):
        reread_upload(by=signed_in(request), upload=run.upload, encoding=encoding)
        return propose(run.upload, kind=given.get("kind", "") if given.get("kind") in KINDS else "")
    kind = given.get("kind", "")
    if request.method == "GET":
        proposal = propose(run.upload)
        if run.state == State.DRAFT or not run.mapping:
            return proposal
        return replace(proposal, mapping=Mapping.from_json(run.mapping), kept=None)
    if kind not in KINDS or kind != given.get("kind_before"):
        return propose(run.upload, kind=kind if kind in KINDS else "")
    start = propose(run.upload, kind=kind)
    names = [column.name for column in start.columns]
    if start.mapping is None:
        return start
    return replace(start, mapping=mapping_given(given, start.mapping, names))


def _check(
    request: HttpRequest, user: User, run: ImportRun, mapping: Mapping, columns: Sequence[Sampled]
) -> HttpResponse:
    if request.POST.get("keep"):
        header = [column.name for column in columns]
        keep_mapping(by=user, mapping=mapping, header=header, name=run.upload.name)
    try:
        ask_for_check(by=user, run=run, mapping=mapping)
    except Stopped:
        messages.error(request, _("This import is already on its way."))
    return redirect("imports:import_check", run.pk)


@require_GET
def import_check(request: HttpRequest, pk: int) -> HttpResponse:
    """What would the import do?"""
    if not signed_in(request).may("import"):
        return not_allowed(request)
    run = run_for(pk)
    if run.state == State.DRAFT:
        return redirect("imports:import_mapping", run.pk)
    part = "#status" if request.headers.get("HX-Request") else ""
    return render(request, f"imports/import_check.html{part}", run_context(run))


@require_http_methods(["GET", "POST"])
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """What was imported?"""
    user = signed_in(request)
    if not user.may("import"):
        return not_allowed(request)
    run = run_for(pk)
    if request.method == "POST":
        if run.state == State.CHECKED or (
            run.position and run.state in (State.FAILED, State.CANCELLED)
        ):
            try:
                ask_for_run(by=user, run=run)
            except Stopped:
                messages.error(request, _("This import is already on its way."))
        return redirect("imports:import_run", run.pk)
    if run.state in WHERE:
        return redirect(place_of(run), run.pk)
    part = "#status" if request.headers.get("HX-Request") else ""
    return render(request, f"imports/import_run.html{part}", run_context(run))


@require_POST
def import_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop before the next rows."""
    user = signed_in(request)
    if not user.may("import"):
        return not_allowed(request)
    if cancel_run(by=user, run=run_for(pk)):
        messages.info(request, _("Cancelled. What was imported before stays."))
    return redirect("imports:import_list")


@require_GET
def import_refused(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The refused rows as a file, each with its reason."""
    if not signed_in(request).may("import"):
        return not_allowed(request)
    run = run_for(pk)
    if not run.refused_bytes or not run.refused_path.exists():
        raise Http404
    response = FileResponse(run.refused_path.open("rb"), content_type="text/csv; charset=utf-8")
    stem = run.upload.name.rsplit(".", 1)[0]
    response["Content-Disposition"] = attachment(_("refused") + f"-{stem}.csv")
    return response


@require_GET
def import_sample(request: HttpRequest, kind: str) -> HttpResponseBase:
    """A file to start from, in the reader's language."""
    if kind not in SAMPLES:
        raise Http404
    language = "ja" if translation.get_language() == "ja" else "en"
    header, *rows = SAMPLES[kind][language]
    return csv_response(f"banso-{kind}.csv", header, rows)
