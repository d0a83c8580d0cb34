from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from banso.listen.surveys.checking import Figures, figures
from banso.listen.surveys.definition import Definition, Fault, as_document, faults, parse
from banso.listen.surveys.meanings import SCALES
from banso.listen.surveys.models import (
    Asked,
    Response,
    ResponseChoice,
    Survey,
    SurveyVersion,
    Wave,
)
from banso.shared import clock
from banso.shared.journal.writes import note_changes, record
from banso.shared.users.models import User

ANSWERED = "survey.answered"
ANSWERS = "survey answers"
"""The topic of customers whose people answered a survey."""
LOOKED_AT_WITHIN = timedelta(seconds=2)
CHANGEABLE = (
    "account", "person", "language", "draft", "answers", "original", "external_id", "leaf",
    "submitted_at", "submitted_on", *SCALES,
)  # fmt: skip
EMPTY = "no_questions"


class Faulty(Exception):
    """A definition that cannot be kept, and why."""

    def __init__(self, found: list[Fault]) -> None:
        self.faults = found
        super().__init__(", ".join(f"{fault.question}: {fault.reason}" for fault in found))


def _may_define(by: User | None) -> None:
    if by is not None and not by.may("define"):
        raise PermissionDenied


@transaction.atomic
def create_survey(
    *,
    by: User | None,
    name: str,
    definition: Definition,
    template: str = "",
    asked: str = Asked.CUSTOMERS,
) -> Survey:
    """A survey with its first version, still to be changed."""
    _may_define(by)
    survey = Survey.objects.create(
        name=name, template=template, asked=asked, by=by, created_at=clock.now()
    )
    _add_version(survey, definition, by)
    record("survey.created", by=by, survey=survey.pk, name=name, template=template)
    return survey


def _add_version(survey: Survey, definition: Definition, by: User | None) -> SurveyVersion:
    last = survey.versions.aggregate(last=Max("number"))["last"] or 0
    return SurveyVersion.objects.create(
        survey=survey,
        number=last + 1,
        definition=as_document(definition),
        by=by,
        changed_at=clock.now(),
    )


@transaction.atomic
def save_definition(*, by: User | None, survey: Survey, definition: Definition) -> SurveyVersion:
    """Change the version that nobody has seen yet, or begin the next one."""
    return change_definition(by=by, survey=survey, change=lambda _found: definition)


@transaction.atomic
def change_definition(
    *, by: User | None, survey: Survey, change: Callable[[Definition], Definition]
) -> SurveyVersion:
    """The same for a part of it: ``change`` gets the definition as it is now, so that of two people
    who change two questions at once neither loses anything. Raises ``Faulty``; a survey without
    questions may be kept, but not asked.
    """
    _may_define(by)
    Survey.objects.select_for_update().get(pk=survey.pk)
    newest = survey.versions.order_by("-number")[0]
    definition = change(parse(newest.definition))
    document = as_document(definition)
    if document == newest.definition:
        return newest
    found = [fault for fault in faults(definition) if fault.reason != EMPTY]
    if found:
        raise Faulty(found)
    version = newest
    if newest.locked_at:
        version = _add_version(survey, definition, by)
    else:
        version.definition = document
        version.by, version.changed_at = by, clock.now()
        version.save(update_fields=["definition", "by", "changed_at"])
    record("survey.changed", by=by, survey=survey.pk, version=version.number)
    return version


@transaction.atomic
def rename_survey(*, by: User | None, survey: Survey, name: str) -> None:
    _may_define(by)
    survey.name = name
    survey.save(update_fields=["name"])
    record("survey.renamed", by=by, survey=survey.pk, name=name)


class AskedAlready(Exception):
    """A wave has been planned for those who were asked so far."""


@transaction.atomic
def change_asked(*, by: User | None, survey: Survey, asked: str) -> None:
    """Ask others with it, as long as no wave exists: a wave asks people of one kind."""
    _may_define(by)
    kept = Survey.objects.select_for_update().get(pk=survey.pk)
    if kept.waves.exists():
        raise AskedAlready
    survey.asked = asked
    survey.save(update_fields=["asked"])
    record("survey.asked_changed", by=by, survey=survey.pk, asked=asked)


@transaction.atomic
def archive_survey(*, by: User | None, survey: Survey, archived: bool) -> None:
    """Take a survey out of the lists, or bring it back; what was answered stays."""
    _may_define(by)
    survey.archived_at = clock.now() if archived else None
    survey.save(update_fields=["archived_at"])
    record("survey.archived" if archived else "survey.restored", by=by, survey=survey.pk)


@transaction.atomic
def create_wave(
    *, by: User | None, version: SurveyVersion, name: str, opens_on: date, **fields: Any
) -> Wave:
    """One asking of a version; from now on its wording stays. ``fields``: as in ``Wave``."""
    _may_define(by)
    found = faults(parse(version.definition))
    if found:
        raise Faulty(found)
    now = clock.now()
    Survey.objects.select_for_update().get(pk=version.survey_id)
    SurveyVersion.objects.filter(pk=version.pk, locked_at=None).update(locked_at=now)
    wave = Wave.objects.create(
        survey_id=version.survey_id,
        version=version,
        name=name,
        opens_on=opens_on,
        by=by,
        created_at=now,
        **fields,
    )
    record("survey.wave_created", by=by, survey=version.survey_id, wave=wave.pk, name=name)
    return wave


@transaction.atomic(savepoint=False)
def hand_in(
    *, response: Response, answers: Mapping[str, Any], definition: Definition | None = None
) -> None:
    """Keep checked answers as handed in, for the first time or changed; one journal entry.

    Of an anonymous wave the ties to account, person, user and time are cut here, and the journal
    does not say which response it was. ``definition``: the version's, by whoever has parsed it.
    """
    wave, is_new = response.wave, response.pk is None
    found = figures(definition or parse(response.version.definition), answers)
    now = clock.now()
    response.answers = dict(answers)
    response.submitted_on = clock.today()
    response.submitted_at = now
    _set_figures(response, found)
    if wave.is_anonymous:
        _make_anonymous(response)
    response.save()
    if not is_new:
        ResponseChoice.objects.filter(response=response).delete()
    _keep_chosen([(response, found)])
    record(
        ANSWERED,
        by=None,
        account_id=response.account_id,
        response=None if wave.is_anonymous else response.pk,
        survey=wave.survey_id,
        wave=wave.pk,
    )
    if response.account_id is not None:
        note_changes(ANSWERS, account_ids=[response.account_id], within=LOOKED_AT_WITHIN)


@transaction.atomic
def keep_handed_in(*, rows: Iterable[tuple[Response, Definition, Mapping[str, Any]]]) -> int:
    """Many handed-in answers at once, new ones, with their own ``submitted_on``: of a file or of
    the sample company. Writes no journal entry: the caller writes one for all.
    """
    kept = []
    for response, definition, answers in rows:
        found = figures(definition, answers)
        response.answers = dict(answers)
        _set_figures(response, found)
        kept.append((response, found))
    Response.objects.bulk_create((one for one, _found in kept), batch_size=500)
    _keep_chosen(kept)
    return len(kept)


@transaction.atomic
def change_handed_in(*, rows: Iterable[tuple[Response, Definition, Mapping[str, Any]]]) -> int:
    """The same for answers that are there and were corrected, or lost a name."""
    kept = []
    for response, definition, answers in rows:
        found = figures(definition, answers)
        response.answers = dict(answers)
        _set_figures(response, found)
        kept.append((response, found))
    changed = [response for response, _found in kept]
    Response.objects.bulk_update(changed, CHANGEABLE, batch_size=200)
    ResponseChoice.objects.filter(response__in=changed).delete()
    _keep_chosen(kept)
    return len(kept)


def _set_figures(response: Response, found: Figures) -> None:
    response.leaf = found.leaf
    for scale in SCALES:
        setattr(response, scale, found.scales.get(scale))


def _make_anonymous(response: Response) -> None:
    response.account = response.person = response.user = None
    response.resume_hash = response.started_at = response.submitted_at = None
    response.external_id = ""


def _keep_chosen(kept: list[tuple[Response, Figures]]) -> None:
    ResponseChoice.objects.bulk_create(
        (
            ResponseChoice(response=one, meaning=meaning, value=value)
            for one, found in kept
            for meaning, value in found.chosen
        ),
        batch_size=1000,
    )
