from __future__ import annotations

import hashlib
from collections.abc import Iterable
from secrets import token_hex
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language

from banso.know.accounts.writes import upsert_accounts
from banso.listen.imports.applying import Applier, Result
from banso.listen.imports.meaning import mappings
from banso.listen.imports.models import OPEN, ImportRun, Mapping, State, Upload, folder
from banso.listen.imports.reading.faults import Fault, Unreadable, unreadable
from banso.listen.imports.reading.files import look
from banso.listen.imports.reading.shapes import Chunk, Shape
from banso.shared import clock
from banso.shared.fields.models import FieldDefinition
from banso.shared.fields.writes import define_field
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User

COUNTS = ("created", "changed", "same", "refused", "unclaimed", "noticed")
MOST_REFUSED_SHOWN = 200


class Stopped(Exception):
    """The run is no longer ours: it was cancelled, or another worker goes on with it."""


def keep_upload(*, by: User | None, name: str, blocks: Iterable[bytes], most_bytes: int) -> Upload:
    """Store a file under a name nobody can guess and look at its form.

    Raises Unreadable, and keeps nothing, when it cannot be read as a table.
    """
    if by is not None and not by.may("import"):
        raise PermissionDenied
    folder().mkdir(parents=True, exist_ok=True)
    upload = Upload(name=name[-255:], stored_as=token_hex(16), by=by, at=clock.now())
    digest, size = hashlib.sha256(), 0
    try:
        with upload.path.open("xb") as file:
            for block in blocks:
                size += len(block)
                if size > most_bytes:
                    raise unreadable("too_large", limit=most_bytes // 1_048_576)
                digest.update(block)
                file.write(block)
        upload.shape = look(upload.path).as_json()
    except Unreadable:
        upload.path.unlink(missing_ok=True)
        raise
    upload.path.chmod(0o600)
    upload.size, upload.sha256 = size, digest.hexdigest()
    with transaction.atomic():
        upload.save()
        record("import.uploaded", by=by, upload=upload.pk, name=name, sha256=upload.sha256)
    return upload


@transaction.atomic
def reread_upload(*, by: User | None, upload: Upload, encoding: str) -> Shape:
    """Look at the file again in the encoding that the reader chose."""
    shape = look(upload.path, encoding=encoding)
    upload.shape = shape.as_json()
    upload.save(update_fields=["shape"])
    record("import.reread", by=by, upload=upload.pk, encoding=encoding)
    return shape


@transaction.atomic
def start_draft(*, by: User | None, upload: Upload, mapping: mappings.Mapping | None) -> ImportRun:
    """A run that waits for its mapping; without a guess its kind is empty."""
    run = ImportRun.objects.create(
        upload=upload,
        kind=mapping.kind if mapping else "",
        mapping=mapping.as_json() if mapping else {},
        language=(get_language() or "en")[:2],
        by=by,
        created_at=clock.now(),
    )
    record("import.drafted", by=by, run=run.pk, file=upload.name)
    return run


@transaction.atomic
def keep_mapping(
    *, by: User | None, mapping: mappings.Mapping, header: list[str], name: str
) -> Mapping:
    """Remember the mapping for the next file with the same columns."""
    kept, _ = Mapping.objects.update_or_create(
        signature=mappings.signature(header),
        kind=mapping.kind,
        defaults={"mapping": mapping.as_json(), "name": name[:100], "used_at": clock.now()},
    )
    record("import.mapping_kept", by=by, mapping=kept.pk, name=name)
    return kept


@transaction.atomic
def ask_for_check(*, by: User | None, run: ImportRun, mapping: mappings.Mapping) -> None:
    """Settle the mapping and owe the dry run."""
    _begin(by, run, State.CHECKING, kind=mapping.kind, mapping=mapping.as_json())
    enqueue("imports.check", key=f"imports.check:{run.pk}", run_id=run.pk)
    record("import.check_asked", by=by, run=run.pk)


@transaction.atomic
def ask_for_run(*, by: User | None, run: ImportRun) -> None:
    """Owe the import itself; a failed one goes on where it stopped."""
    goes_on = run.state in (State.FAILED, State.CANCELLED) and run.position > 0
    if goes_on:
        _go_on(by, run)
    else:
        _begin(by, run, State.RUNNING)
    enqueue("imports.run", key=f"imports.run:{run.pk}", run_id=run.pk)
    record("import.asked", by=by, run=run.pk, goes_on=goes_on)


def _begin(by: User | None, run: ImportRun, state: State, **fields: Any) -> None:
    if by is not None and not by.may("import"):
        raise PermissionDenied
    fields |= dict.fromkeys((*COUNTS, "position", "share", "refused_bytes"), 0)
    fields |= {"state": state, "error": {}, "waiting_parents": {}, "finished_at": None}
    fields |= {"started_at": clock.now(), "language": (get_language() or "en")[:2]}
    if state == State.CHECKING:
        fields |= {"preview": {}, "rows_total": None}
    else:
        fields |= {"preview": run.preview | {"refused": [], "noticed": []}}
    if (
        not ImportRun.objects.filter(pk=run.pk)
        .exclude(state__in=(*OPEN, State.DONE))
        .update(**fields)
    ):
        raise Stopped
    run.refresh_from_db()


def _go_on(by: User | None, run: ImportRun) -> None:
    if by is not None and not by.may("import"):
        raise PermissionDenied
    kept = ImportRun.objects.filter(pk=run.pk, state=run.state)
    if not kept.update(state=State.RUNNING, error={}, finished_at=None):
        raise Stopped
    run.refresh_from_db()


@transaction.atomic
def cancel_run(*, by: User, run: ImportRun) -> bool:
    """Stop before the next rows; what was imported stays. False when it was over already."""
    if not by.may("import"):
        raise PermissionDenied
    still = ImportRun.objects.filter(pk=run.pk).exclude(state__in=(State.DONE, State.CANCELLED))
    stopped = bool(still.update(state=State.CANCELLED, finished_at=clock.now()))
    if stopped:
        record("import.cancelled", by=by, run=run.pk)
    return stopped


def note_total(*, run: ImportRun, rows_total: int) -> None:
    run.rows_total = rows_total
    _save_if_ours(run, State.CHECKING, {"rows_total": rows_total})


def note_checked(*, run: ImportRun, result: Result, chunk: Chunk, refused_bytes: int) -> None:
    """Add a chunk's dry run to what the page shows."""
    add_result(run, result)
    run.position, run.share, run.refused_bytes = chunk.last, chunk.share, refused_bytes
    names = (*COUNTS, "position", "share", "refused_bytes", "preview")
    _save_if_ours(run, State.CHECKING, {name: getattr(run, name) for name in names})


def add_result(run: ImportRun, result: Result) -> None:
    for name in COUNTS:
        setattr(run, name, getattr(run, name) + result.counts[name])
    preview = run.preview
    for name, shown in result.shown.items():
        preview[name] = [*preview.get(name, []), *shown][:20]
    _show_faults(run, result)
    unknown = preview.setdefault("unknown_keys", {})
    for key, count in result.unknown_keys.most_common(20):
        if key in unknown or len(unknown) < 20:
            unknown[key] = unknown.get(key, 0) + count
    choices = preview.setdefault("choices", {})
    for key, values in result.choices.items():
        choices[key] = sorted({*choices.get(key, []), *values})[:201]


def _show_faults(run: ImportRun, result: Result) -> None:
    """Keep the first refused and remarked rows for the page."""
    preview = run.preview
    refused = [
        {"row": one.number, "faults": [found.as_json() for found in one.faults[:5]]}
        for one in result.refused[:MOST_REFUSED_SHOWN]
    ]
    preview["refused"] = [*preview.get("refused", []), *refused][:MOST_REFUSED_SHOWN]
    noticed = [{"row": row, "faults": [found.as_json()]} for row, found in result.notices[:20]]
    preview["noticed"] = [*preview.get("noticed", []), *noticed][:20]


def _save_if_ours(run: ImportRun, state: State, fields: dict[str, Any]) -> None:
    if not ImportRun.objects.filter(pk=run.pk, state=state).update(**fields):
        raise Stopped


@transaction.atomic
def mark_checked(*, run: ImportRun) -> None:
    _save_if_ours(
        run, State.CHECKING, {"state": State.CHECKED, "share": 1.0, "finished_at": clock.now()}
    )
    record("import.checked", by=run.by, run=run.pk, **{name: getattr(run, name) for name in COUNTS})


@transaction.atomic
def define_own_fields(*, run: ImportRun, holder: str, columns: Iterable[mappings.Column]) -> None:
    """The organisation's fields that the mapping fills and that are not there yet."""
    choices = run.preview.get("choices", {})
    for column in columns:
        values = choices.get(column.key, [])
        is_choice = column.kind == "choice" and len(values) <= 200
        define_field(
            by=run.by,
            holder=holder,
            key=column.key,
            kind=column.kind if is_choice or column.kind != "choice" else "text",
            label_en=column.name[:100],
            label_ja=column.name[:100],
            choices=values if is_choice and _is_choice_or_new(holder, column.key) else None,
            known_when=column.known_when,
        )


def _is_choice_or_new(holder: str, key: str) -> bool:
    kept = FieldDefinition.objects.filter(holder=holder, key=key).first()
    return kept is None or kept.kind == "choice"


@transaction.atomic
def import_chunk(
    *, run: ImportRun, applier: Applier, chunk: Chunk, repeats: dict[int, int], refused_bytes: Any
) -> Result:
    """Write a chunk's rows and the checkpoint behind them together, or neither.

    ``refused_bytes(refused)`` appends to the file of refused rows and tells its new length.
    """
    before = run.position
    result = applier.apply(chunk, repeats)
    length = refused_bytes(result.refused)
    run.waiting_parents.update(result.waiting_parents)
    fields: dict[str, Any] = {name: F(name) + result.counts[name] for name in COUNTS}
    fields |= {"position": chunk.last, "share": chunk.share, "refused_bytes": length}
    fields |= {"waiting_parents": run.waiting_parents}
    if result.refused or result.notices:
        _show_faults(run, result)
        fields |= {"preview": run.preview}
    ours = ImportRun.objects.filter(pk=run.pk, state=State.RUNNING, position=before)
    if not ours.update(**fields):
        raise Stopped
    run.position, run.refused_bytes, run.share = chunk.last, length, chunk.share
    return result


@transaction.atomic
def finish_run(*, run: ImportRun, applier: Applier) -> None:
    """Set the parents that came later in the file, close the run and tell the other stages."""
    found = applier.references.accounts(run.waiting_parents.values())
    rows = [
        {"external_id": child, "parent_id": found[parent]}
        for child, parent in run.waiting_parents.items()
        if isinstance(found[parent], int)
    ]
    if rows:
        upsert_accounts(by=run.by, source=applier.mapping.source, rows=rows)
    orphans = len(run.waiting_parents) - len(rows)
    done = ImportRun.objects.filter(pk=run.pk, state=State.RUNNING)
    fields = {"state": State.DONE, "share": 1.0, "finished_at": clock.now()}
    if not done.update(noticed=F("noticed") + orphans, **fields):
        raise Stopped
    run.refresh_from_db()
    counts = {name: getattr(run, name) for name in COUNTS}
    kind, source = run.kind, applier.mapping.source
    record("import.finished", by=run.by, run=run.pk, kind_of_file=kind, source=source, **counts)


@transaction.atomic
def mark_failed(*, run: ImportRun, found: Fault) -> None:
    """Keep what went wrong; the rows imported so far stay and the run can go on."""
    fields = {"state": State.FAILED, "error": found.as_json(), "finished_at": clock.now()}
    if ImportRun.objects.filter(pk=run.pk, state__in=OPEN).update(**fields):
        record("import.failed", by=run.by, run=run.pk, code=found.code)
