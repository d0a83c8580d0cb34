from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from banso.listen.imports.guessing import propose
from banso.listen.imports.jobs import carry_on
from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.models import ImportRun, State, Upload
from banso.listen.imports.presenting import shown_rows
from banso.listen.imports.writes import ask_for_check, ask_for_run, keep_upload, start_draft
from banso.shared.users.models import User

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")


def an_upload(content: str | bytes, name: str = "file.csv", by: User | None = None) -> Upload:
    blocks = [content.encode() if isinstance(content, str) else content]
    return keep_upload(by=by, name=name, blocks=blocks, most_bytes=1 << 30)


def a_shared_upload(name: str) -> Upload:
    return an_upload((SHARED / name).read_bytes(), name.rsplit("/", 1)[-1])


def a_guess(upload: Upload, kind: str = "", **options: Any) -> Mapping:
    mapping = propose(upload, kind=kind).mapping
    assert mapping is not None, "no kind was guessed"
    return replace(mapping, **options)


def checked(upload: Upload, kind: str = "", by: User | None = None, **options: Any) -> ImportRun:
    """A run after its dry run, with the guessed mapping."""
    mapping = a_guess(upload, kind, **options)
    run = start_draft(by=by, upload=upload, mapping=mapping)
    ask_for_check(by=by, run=run, mapping=mapping)
    carry_on(run.pk, State.CHECKING)
    run.refresh_from_db()
    return run


def imported(content: str | bytes | Upload, kind: str = "", **options: Any) -> ImportRun:
    """A file imported to its end, with the guessed mapping."""
    upload = content if isinstance(content, Upload) else an_upload(content)
    run = checked(upload, kind, **options)
    assert run.state == "checked", run.error
    ask_for_run(by=None, run=run)
    carry_on(run.pk, State.RUNNING)
    run.refresh_from_db()
    assert run.state == "done", run.error
    return run


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    return run.created, run.changed, run.same, run.refused


def reasons(run: ImportRun, name: str = "refused") -> dict[int, str]:
    """Row number -> the sentences of a refused (or remarked) row."""
    return {row.number: " ".join(row.sentences) for row in shown_rows(run, name)}
