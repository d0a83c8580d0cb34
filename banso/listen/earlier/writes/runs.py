from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language

from banso.listen.earlier.applying import Judged, waiting_among
from banso.listen.earlier.meaning.columns import Columns
from banso.listen.earlier.meaning.rows import Given
from banso.listen.earlier.models import OPEN, Aside, EarlierRun, KeptColumns, State
from banso.listen.earlier.rules import may_go_on
from banso.listen.earlier.whose import Who
from banso.listen.imports.meaning.mappings import signature
from banso.listen.imports.meaning.rows import Refusal
from banso.listen.imports.models import Upload
from banso.listen.imports.reading.faults import Fault
from banso.listen.imports.reading.shapes import Chunk
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Response, ResponseChoice, Survey, Wave
from banso.listen.surveys.reads import newest_version
from banso.listen.surveys.writes import (
    change_handed_in,
    create_survey,
    create_wave,
    keep_handed_in,
)
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation

COUNTS = ("created", "changed", "same", "refused", "aside", "nameless", "noticed")
KEPT, TAKEN_OUT = "survey.answers_kept", "survey.answers_taken_out"
MOST_SHOWN, MOST_UNKNOWN, MOST_UNSEEN = 200, 30, 60
TAKEN_AT_ONCE = 2_000


class Stopped(Exception):
    """The run is no longer ours: it was cancelled, or another worker goes on with it."""


def _may(by: User | None) -> None:
    if by is not None and not by.may("import"):
        raise PermissionDenied


@transaction.atomic
def start_draft(
    *, by: User | None, upload: Upload, seen: list[dict[str, Any]], mapping: Columns
) -> EarlierRun:
    """A run that waits for its columns to be looked at."""
    _may(by)
    run = EarlierRun.objects.create(
        upload=upload,
        seen=seen,
        mapping=mapping.as_json(),
        language=(get_language() or "en")[:2],
        by=by,
        created_at=clock.now(),
    )
    record("earlier.drafted", by=by, run=run.pk, file=upload.name)
    return run


@transaction.atomic
def keep_draft(*, run: EarlierRun, mapping: Columns, seen: list[dict[str, Any]]) -> None:
    """Remember what was chosen so far; a run that is on its way keeps what it has."""
    drafts = EarlierRun.objects.filter(pk=run.pk).exclude(state__in=(*OPEN, State.DONE))
    drafts.update(mapping=mapping.as_json(), seen=seen)
    run.mapping, run.seen = mapping.as_json(), seen


@transaction.atomic
def keep_columns(*, by: User | None, mapping: Columns, name: str) -> KeptColumns:
    """Remember what the columns mean for the next file with the same ones."""
    header = [column.name for column in mapping.columns]
    next_time = replace(mapping, wave=0, wave_name="", answered_on="")
    kept, _new = KeptColumns.objects.update_or_create(
        signature=signature(header),
        defaults={"mapping": next_time.as_json(), "name": name[:255], "used_at": clock.now()},
    )
    record("earlier.columns_kept", by=by, columns=kept.pk, name=name)
    return kept


@transaction.atomic
def ask_for_check(*, by: User | None, run: EarlierRun, mapping: Columns) -> None:
    """Settle the columns and owe the dry run; not while an attempt that stopped half-way is in."""
    _may(by)
    fields: dict[str, Any] = dict.fromkeys((*COUNTS, "position", "share", "refused_bytes"), 0)
    fields |= {"state": State.CHECKING, "error": {}, "finished_at": None, "preview": {}}
    fields |= {"started_at": clock.now(), "language": (get_language() or "en")[:2]}
    fields |= {"mapping": mapping.as_json(), "rows_total": None, "wave_id": mapping.wave or None}
    fields |= {"survey_id": mapping.survey or None, "made_survey": False, "made_wave": False}
    able = EarlierRun.objects.filter(pk=run.pk).exclude(state__in=(*OPEN, State.DONE))
    if not able.exclude(made_wave=True, wave__isnull=False).update(**fields):
        raise Stopped
    run.refresh_from_db()
    enqueue("earlier.check", key=f"earlier.check:{run.pk}", run_id=run.pk)
    record("earlier.check_asked", by=by, run=run.pk)


@transaction.atomic
def ask_for_run(*, by: User | None, run: EarlierRun) -> None:
    """Owe the bringing in; a failed or cancelled one goes on where it stopped."""
    _may(by)
    goes_on = run.state in (State.FAILED, State.CANCELLED) and may_go_on(run)
    fields: dict[str, Any] = {"state": State.RUNNING, "error": {}, "finished_at": None}
    if not run.position:
        fields |= dict.fromkeys((*COUNTS, "share", "refused_bytes"), 0)
        fields |= {"started_at": clock.now(), "preview": {"days": run.preview.get("days", [])}}
    wanted = (State.FAILED, State.CANCELLED) if goes_on else (State.CHECKED,)
    if not EarlierRun.objects.filter(pk=run.pk, state__in=wanted).update(**fields):
        raise Stopped
    run.refresh_from_db()
    enqueue("earlier.run", key=f"earlier.run:{run.pk}", run_id=run.pk)
    record("earlier.asked", by=by, run=run.pk, goes_on=goes_on)


@transaction.atomic
def cancel_run(*, by: User, run: EarlierRun) -> bool:
    """Stop before the next rows; what came in stays. False when it was over already."""
    _may(by)
    over = (State.DONE, State.CANCELLED, State.UNDOING, State.UNDONE)
    still = EarlierRun.objects.filter(pk=run.pk).exclude(state__in=over)
    stopped = bool(still.update(state=State.CANCELLED, finished_at=clock.now()))
    if stopped:
        record("earlier.cancelled", by=by, run=run.pk)
    return stopped


def note_total(*, run: EarlierRun, rows_total: int) -> None:
    run.rows_total = rows_total
    run.preview = {}
    for name in COUNTS:
        setattr(run, name, 0)
    _save_if_ours(run, State.CHECKING, {"rows_total": rows_total})


def note_checked(*, run: EarlierRun, judged: Judged, chunk: Chunk, refused_bytes: int) -> None:
    """Add a chunk's dry run to what the page shows."""
    for name, count in judged.counts.items():
        setattr(run, name, getattr(run, name) + count)
    _show(run.preview, judged)
    _meet(run.seen, judged)
    run.share, run.refused_bytes = chunk.share, refused_bytes
    names = (*COUNTS, "share", "refused_bytes", "preview", "seen")
    _save_if_ours(run, State.CHECKING, {name: getattr(run, name) for name in names})


def _show(preview: dict[str, Any], judged: Judged) -> None:
    refused = [
        {"row": one.number, "faults": [found.as_json() for found in one.faults[:5]]}
        for one in judged.refused[:MOST_SHOWN]
    ]
    preview["refused"] = [*preview.get("refused", []), *refused][:MOST_SHOWN]
    noticed = [{"row": row, "faults": [found.as_json()]} for row, found in judged.notices[:20]]
    preview["noticed"] = [*preview.get("noticed", []), *noticed][:20]
    for kind in ("account", "person"):
        known = preview.setdefault(f"unknown_{kind}", {})
        for (of, text), count in judged.unknown.most_common():
            if of == kind and (text in known or len(known) < MOST_UNKNOWN):
                known[text] = known.get(text, 0) + count
    preview["days"] = _span([*preview.get("days", []), *judged.days])
    leaves = preview.setdefault("leaves", {})
    for given, _who in judged.new:
        if given.says and given.says.leaf:
            leaves[given.says.leaf] = leaves.get(given.says.leaf, 0) + 1


def _span(days: Sequence[str]) -> list[str]:
    return [min(days), max(days)] if days else []


def _meet(seen: list[dict[str, Any]], judged: Judged) -> None:
    """Values that came after the rows that were looked at first: the page asks for them too."""
    by_name = {one["name"]: one for one in seen}
    for (name, text), count in judged.unseen.items():
        values = by_name[name]["values"]
        if len(values) < MOST_UNSEEN and text not in [value for value, _count in values]:
            values.append([text, count])


def _save_if_ours(run: EarlierRun, state: State, fields: dict[str, Any]) -> None:
    if not EarlierRun.objects.filter(pk=run.pk, state=state).update(**fields):
        raise Stopped


@transaction.atomic
def mark_checked(*, run: EarlierRun) -> None:
    fields = {"state": State.CHECKED, "share": 1.0, "finished_at": clock.now()}
    _save_if_ours(run, State.CHECKING, fields)
    record("earlier.checked", by=run.by, run=run.pk, **{n: getattr(run, n) for n in COUNTS})


@transaction.atomic
def begin_wave(*, run: EarlierRun, mapping: Columns, definition: Definition) -> Wave:
    """The wave that the answers go into: of an earlier file, or a new one, of a new survey if the
    file stands for one. A run that goes on finds its own.
    """
    kept = EarlierRun.objects.select_for_update().get(pk=run.pk)
    if kept.wave is not None:
        return kept.wave
    survey = Survey.objects.filter(pk=mapping.survey).first() if mapping.survey else None
    made_survey = survey is None
    if survey is None:
        name = mapping.survey_name.strip()[:120]
        survey = create_survey(by=run.by, name=name, definition=definition)
    days = run.preview.get("days") or [mapping.answered_on or clock.today().isoformat()] * 2
    opens_on, closes_on = (date.fromisoformat(day) for day in days)
    now = clock.now()
    wave = create_wave(
        by=run.by,
        version=newest_version(survey),
        name=mapping.wave_name.strip()[:120],
        opens_on=opens_on,
        closes_on=closes_on,
        source=(mapping.source.strip() or run.upload.name)[:60],
        is_anonymous=mapping.is_anonymous,
        opened_at=min(_noon(opens_on, ZoneInfo(organisation().time_zone)), now),
        closed_at=now,
    )
    run.survey, run.wave, run.made_survey, run.made_wave = survey, wave, made_survey, True
    ours = {"survey": survey, "wave": wave, "made_survey": made_survey, "made_wave": True}
    _save_if_ours(run, State.RUNNING, ours)
    return wave


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(12), tzinfo=zone)


@transaction.atomic
def bring_in_chunk(
    *,
    run: EarlierRun,
    wave: Wave,
    definition: Definition,
    judged: Judged,
    chunk: Chunk,
    refused_bytes: Callable[[list[Refusal]], int],
) -> None:
    """Write a chunk's answers and the checkpoint behind them together, or neither."""
    before, zone = run.position, ZoneInfo(organisation().time_zone)
    made = [(_response(wave, given, who, zone), given, who) for given, who in judged.new]
    keep_handed_in(rows=[(response, definition, given.answers) for response, given, _who in made])
    for response, given, who in judged.changed:
        _correct(response, given, who, zone)
    change_handed_in(rows=[(one, definition, given.answers) for one, given, _who in judged.changed])
    nameless = [(given, response) for response, given, who in made if who.is_nameless]
    _set_aside(run, wave, [*nameless, *((given, None) for given in judged.aside)])
    length = refused_bytes(judged.refused)
    _show(run.preview, judged)
    fields: dict[str, Any] = {name: F(name) + n for name, n in judged.counts.items()}
    fields |= {"position": chunk.last, "share": chunk.share, "refused_bytes": length}
    fields |= {"preview": run.preview}
    ours = EarlierRun.objects.filter(pk=run.pk, state=State.RUNNING, position=before)
    if not ours.update(**fields):
        raise Stopped
    run.position, run.refused_bytes, run.share = chunk.last, length, chunk.share


def _response(wave: Wave, given: Given, who: Who, zone: ZoneInfo) -> Response:
    response = Response(
        wave=wave, version_id=wave.version_id, origin=Response.Origin.FILE, original=given.original
    )
    if not wave.is_anonymous:
        response.external_id = given.external_id
        response.language = given.language
    _correct(response, given, who, zone)
    return response


def _correct(response: Response, given: Given, who: Who, zone: ZoneInfo) -> None:
    response.account_id, response.person_id = who.account, who.person
    response.original, response.submitted_on = given.original, given.on
    if given.on and not response.wave.is_anonymous:
        response.submitted_at = _noon(given.on, zone)


def _set_aside(run: EarlierRun, wave: Wave, rows: Sequence[tuple[Given, Response | None]]) -> None:
    there = waiting_among(wave, [given.external_id for given, _response in rows])
    Aside.objects.filter(wave=wave, external_id__in=there).delete()
    Aside.objects.bulk_create(
        (_aside(run, wave, given, response) for given, response in rows), batch_size=500
    )


def _aside(run: EarlierRun, wave: Wave, given: Given, response: Response | None) -> Aside:
    kept = {
        "answers": given.answers,
        "original": given.original,
        "on": given.on.isoformat() if given.on else "",
        "language": given.language,
    }
    return Aside(
        run=run,
        wave=wave,
        response=response,
        external_id=given.external_id,
        account_text=given.account[:200],
        people_texts=[text[:200] for text in given.people],
        kept={} if response else kept,
    )


@transaction.atomic
def finish_run(*, run: EarlierRun) -> None:
    """Close the run and tell the other stages."""
    done = EarlierRun.objects.filter(pk=run.pk, state=State.RUNNING)
    if not done.update(state=State.DONE, share=1.0, finished_at=clock.now()):
        raise Stopped
    run.refresh_from_db()
    counts = {name: getattr(run, name) for name in COUNTS}
    record(KEPT, by=run.by, survey=run.survey_id, wave=run.wave_id, run=run.pk, **counts)


@transaction.atomic
def mark_failed(*, run: EarlierRun, found: Fault) -> None:
    """Keep what went wrong; the answers that came in stay and the run can go on."""
    fields = {"state": State.FAILED, "error": found.as_json(), "finished_at": clock.now()}
    if EarlierRun.objects.filter(pk=run.pk, state__in=OPEN).update(**fields):
        record("earlier.failed", by=run.by, run=run.pk, code=found.code)


@transaction.atomic
def ask_to_undo(*, by: User, run: EarlierRun) -> bool:
    """Owe the taking out of the wave that this file made. False when there is nothing to take."""
    _may(by)
    able = EarlierRun.objects.filter(pk=run.pk, wave__isnull=False, made_wave=True)
    able = able.filter(state__in=(State.DONE, State.FAILED, State.CANCELLED))
    if not able.update(state=State.UNDOING, share=0, error={}):
        return False
    enqueue("earlier.undo", key=f"earlier.undo:{run.pk}", run_id=run.pk)
    record("earlier.undo_asked", by=by, run=run.pk)
    return True


@transaction.atomic
def take_out(*, run: EarlierRun) -> int:
    """Remove some answers of the run's wave; how many."""
    if run.wave_id is None:
        return 0
    answers = Response.objects.filter(wave=run.wave_id).order_by("pk")
    some = list(answers.values_list("pk", flat=True)[:TAKEN_AT_ONCE])
    ResponseChoice.objects.filter(response__in=some).delete()
    Aside.objects.filter(response__in=some).delete()
    Response.objects.filter(pk__in=some).delete()
    return len(some)


@transaction.atomic
def finish_undo(*, run: EarlierRun) -> None:
    """Remove the empty wave, and the survey if it came with the file and has no other."""
    wave, survey = run.wave_id, run.survey_id
    Wave.objects.filter(pk=wave or 0).delete()
    if run.made_survey and survey and not Wave.objects.filter(survey=survey).exists():
        Survey.objects.filter(pk=survey).delete()
    fields: dict[str, Any] = {"state": State.UNDONE, "finished_at": clock.now(), "position": 0}
    EarlierRun.objects.filter(pk=run.pk).update(**fields, share=1.0)
    corrections = EarlierRun.objects.filter(wave=None, state=State.DONE, made_wave=False)
    corrections.filter(mapping__wave=wave).update(**fields)
    record(TAKEN_OUT, by=run.by, survey=survey, wave=wave, run=run.pk)
