from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.know.accounts.reads import account_meant
from banso.know.people.reads import person_meant
from banso.listen.earlier.forms import FileForm, columns_given
from banso.listen.earlier.meaning.columns import Columns, problems
from banso.listen.earlier.meaning.guess import Seen
from banso.listen.earlier.models import Aside, EarlierRun
from banso.listen.earlier.presenting import columns_context, run_context
from banso.listen.earlier.proposing import propose
from banso.listen.earlier.reads import (
    asides_count,
    run_for,
    runs_page,
    unknown_accounts,
    unknown_people,
)
from banso.listen.earlier.rules import may_go_on, page_of
from banso.listen.earlier.running import look_at_values, seen_as_json, seen_of
from banso.listen.earlier.sentences import sentence
from banso.listen.earlier.writes.asides import claim_account, claim_person, leave_nameless
from banso.listen.earlier.writes.runs import (
    Stopped,
    ask_for_check,
    ask_for_run,
    ask_to_undo,
    cancel_run,
    keep_columns,
    keep_draft,
    start_draft,
)
from banso.listen.imports.labels import ENCODING_CHOICES
from banso.listen.imports.reading.faults import Unreadable
from banso.listen.imports.writes import keep_upload, reread_upload
from banso.shared.spreadsheets import attachment
from banso.shared.users.models import User
from banso.shared.users.reads import allowed, signed_in


@require_GET
def earlier_list(request: HttpRequest) -> HttpResponse:
    """Which earlier surveys are in, and what became of each file?"""
    page = runs_page(request.GET.get("page", ""))
    context = {
        "page": page,
        "rows": [(run, page_of(run.state)) for run in page],
        "may_import": signed_in(request).may("import"),
        "waiting": asides_count(),
    }
    return render(request, "earlier/earlier_list.html", context)


@require_http_methods(["GET", "POST"])
def earlier_upload(request: HttpRequest) -> HttpResponse:
    """Which file holds the answers?"""
    user = allowed(request, "import")
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = _draft_of(user, form.cleaned_data["file"])
        except Unreadable as error:
            form.add_error("file", sentence(error.fault))
        else:
            return redirect("earlier:earlier_columns", run.pk)
    status = 400 if form.errors else 200
    return render(request, "earlier/earlier_upload.html", {"form": form}, status=status)


def _draft_of(user: User, file: Any) -> EarlierRun:
    upload = keep_upload(
        by=user,
        name=file.name or "",
        blocks=file.chunks(1 << 20),
        most_bytes=settings.IMPORT_MOST_BYTES,
    )
    seen = look_at_values(upload)
    mapping, _kept = propose(upload.name, seen)
    return start_draft(by=user, upload=upload, seen=seen_as_json(seen), mapping=mapping)


@require_http_methods(["GET", "POST"])
def earlier_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What does each column say?"""
    user = allowed(request, "import")
    run = run_for(pk)
    if run.state in ("checking", "running", "done", "undoing") or may_go_on(run):
        return redirect(page_of(run.state), run.pk)
    try:
        mapping, seen = _mapping(user, run, request.POST)
    except Unreadable as error:
        messages.error(request, sentence(error.fault))
        return redirect("earlier:earlier_list")
    wrong = problems(mapping)
    if request.POST.get("do") == "check" and not wrong:
        return _check(request, user, run, mapping)
    kept = propose(run.upload.name, seen)[1] if request.method == "GET" else None
    context = columns_context(run, mapping, seen) | {
        "problems": [sentence(found) for found in wrong],
        "kept": kept if run.state == "draft" else None,
    }
    part = "#form" if request.headers.get("HX-Request") else ""
    return render(request, f"earlier/earlier_columns.html{part}", context)


def _mapping(user: User, run: EarlierRun, given: QueryDict) -> tuple[Columns, Sequence[Seen]]:
    """What the form says, kept as a draft; other characters make the file be read anew."""
    mapping, seen = Columns.from_json(run.mapping), seen_of(run)
    encoding = given.get("encoding", "")
    if encoding in dict(ENCODING_CHOICES) and encoding != run.upload.shape["encoding"]:
        reread_upload(by=user, upload=run.upload, encoding=encoding)
        seen = look_at_values(run.upload)
        mapping = propose(run.upload.name, seen)[0]
        keep_draft(run=run, mapping=mapping, seen=seen_as_json(seen))
    elif given:
        mapping = columns_given(given, mapping, seen)
        keep_draft(run=run, mapping=mapping, seen=run.seen)
    return mapping, seen


def _check(request: HttpRequest, user: User, run: EarlierRun, mapping: Columns) -> HttpResponse:
    try:
        ask_for_check(by=user, run=run, mapping=mapping)
    except Stopped:
        messages.error(request, _("This file is already on its way."))
    else:
        if request.POST.get("keep"):
            keep_columns(by=user, mapping=mapping, name=run.upload.name)
    return redirect("earlier:earlier_check", run.pk)


@require_GET
def earlier_check(request: HttpRequest, pk: int) -> HttpResponse:
    """What would come in?"""
    allowed(request, "import")
    run = run_for(pk)
    if run.state == "draft":
        return redirect("earlier:earlier_columns", run.pk)
    part = "#status" if request.headers.get("HX-Request") else ""
    return render(request, f"earlier/earlier_check.html{part}", run_context(run))


@require_http_methods(["GET", "POST"])
def earlier_run(request: HttpRequest, pk: int) -> HttpResponse:
    """What came in?"""
    user = allowed(request, "import")
    run = run_for(pk)
    if request.method == "POST":
        try:
            ask_for_run(by=user, run=run)
        except Stopped:
            messages.error(request, _("This file is already on its way."))
        return redirect("earlier:earlier_run", run.pk)
    if page_of(run.state) != "earlier:earlier_run":
        return redirect(page_of(run.state), run.pk)
    part = "#status" if request.headers.get("HX-Request") else ""
    return render(request, f"earlier/earlier_run.html{part}", run_context(run))


@require_POST
def earlier_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop before the next rows."""
    run = run_for(pk)
    if cancel_run(by=signed_in(request), run=run):
        messages.info(request, _("Cancelled. What came in before stays; you can undo it."))
    return redirect("earlier:earlier_list")


@require_POST
def earlier_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the wave of this file out again."""
    run = run_for(pk)
    if not ask_to_undo(by=signed_in(request), run=run):
        messages.error(request, _("There is nothing of this file to take out."))
    return redirect("earlier:earlier_run", run.pk)


@require_GET
def earlier_refused(request: HttpRequest, pk: int) -> FileResponse:
    """The refused rows as a file, each with its reason."""
    allowed(request, "import")
    run = run_for(pk)
    if not run.refused_bytes or not run.refused_path.exists():
        raise Http404
    response = FileResponse(run.refused_path.open("rb"), content_type="text/csv; charset=utf-8")
    stem = run.upload.name.rsplit(".", 1)[0]
    response["Content-Disposition"] = attachment(_("refused") + f"-{stem}.csv")
    return response


@require_http_methods(["GET", "POST"])
def earlier_unknown(request: HttpRequest) -> HttpResponse:
    """Whose answers are these?"""
    user = allowed(request, "import")
    if request.method == "POST":
        _give(request, user)
        return redirect("earlier:earlier_unknown")
    context = {"accounts": unknown_accounts(), "people": unknown_people(), "all": asides_count()}
    return render(request, "earlier/earlier_unknown.html", context)


def _give(request: HttpRequest, user: User) -> None:
    given = request.POST
    if not given.get("aside"):
        account = account_meant(given.get("account", ""))
        if account is None:
            messages.error(request, _("No customer is meant by that. Choose one of the list."))
            return
        n = claim_account(by=user, account_text=given.get("account_text", ""), account=account)
        messages.success(
            request, _("%(n)s answers were given to %(name)s.") % {"n": n, "name": account}
        )
        return
    pk = given["aside"]
    aside = get_object_or_404(
        Aside.objects.select_related("response__account", "wave__version"),
        pk=int(pk) if pk.isdecimal() else 0,
    )
    if given.get("do") == "leave":
        leave_nameless(by=user, aside=aside)
        return
    person = person_meant(given.get("person", ""))
    account = aside.response.account if aside.response else account_meant(given.get("account", ""))
    if person is None or account is None:
        messages.error(request, _("Nobody is meant by that. Choose one of the list."))
    elif claim_person(by=user, aside=aside, account=account, person=person):
        messages.success(request, _("The answer was given to %(name)s.") % {"name": person})
    else:
        messages.error(
            request, _("%(name)s has an answer in this wave already.") % {"name": person}
        )
