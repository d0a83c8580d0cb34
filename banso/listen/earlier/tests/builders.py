# ruff: noqa: E501 - a file as it comes

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from banso.listen.earlier.jobs import carry_on
from banso.listen.earlier.meaning.columns import Columns
from banso.listen.earlier.models import EarlierRun, State
from banso.listen.earlier.proposing import propose
from banso.listen.earlier.running import look_at_values, seen_as_json
from banso.listen.earlier.sentences import sentence_of
from banso.listen.earlier.writes.runs import ask_for_check, ask_for_run, ask_to_undo, start_draft
from banso.listen.imports.writes import keep_upload
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

FORMS = """回答ID,タイムスタンプ,会社名,メールアドレス,困りごとはありましたか,困りごとの種類,ご相談いただきましたか,対応は期待と比べていかがでしたか,総合満足度,継続意向,薦めたい度合い(0〜10),ご意見
R1,2024/05/10,あおば製作所,aoki@example.jp,はい,操作方法が分からない、動作が遅い・止まる,はい,期待以上,満足,5,10,助かりました
R2,2024/05/11,あおば製作所,baba@example.jp,いいえ,,,,やや満足,4,8,
R3,2024/05/12,みどり食品,chiba@example.jp,はい,契約のこと,いいえ,,不満,2,3,"高い、です"
"""
"""A form's export as companies have it: words, a five-step ladder, 0-10, an unknown kind."""


def csv_of(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def a_draft(
    content: str | bytes, *, name: str = "2024年調査.csv", by: User | None = None, **options: Any
) -> tuple[EarlierRun, Columns]:
    """A run with the guessed columns; ``options`` as in ``Columns``."""
    blocks = [content.encode() if isinstance(content, str) else content]
    upload = keep_upload(by=by, name=name, blocks=blocks, most_bytes=1 << 30)
    seen = look_at_values(upload)
    mapping = replace(propose(upload.name, seen)[0], **options)
    run = start_draft(by=by, upload=upload, seen=seen_as_json(seen), mapping=mapping)
    return run, mapping


def sent_to(mapping: Columns, **goes: str) -> Columns:
    """The mapping with some columns led elsewhere: by number from 0, as column_3="own"."""
    columns = list(mapping.columns)
    for name, where in goes.items():
        place = int(name.rpartition("_")[2])
        columns[place] = replace(columns[place], goes=where)
    return replace(mapping, columns=tuple(columns))


def meaning(mapping: Columns, name: str, values: Mapping[str, str]) -> Columns:
    """The mapping with values of a column given a meaning."""
    columns = (
        replace(one, values=one.values | dict(values)) if one.name == name else one
        for one in mapping.columns
    )
    return replace(mapping, columns=tuple(columns))


def checked(run: EarlierRun, mapping: Columns) -> EarlierRun:
    ask_for_check(by=None, run=run, mapping=mapping)
    carry_on(run.pk, State.CHECKING)
    run.refresh_from_db()
    return run


def brought_in(content: str | bytes, **options: Any) -> EarlierRun:
    """A file brought in to its end, as guessed."""
    return to_the_end(*a_draft(content, **options))


def to_the_end(run: EarlierRun, mapping: Columns) -> EarlierRun:
    checked(run, mapping)
    assert run.state == "checked", run.error
    ask_for_run(by=None, run=run)
    carry_on(run.pk, State.RUNNING)
    run.refresh_from_db()
    assert run.state == "done", run.error
    return run


def undone(run: EarlierRun) -> EarlierRun:
    assert ask_to_undo(by=a_user(role="manager"), run=run)
    carry_on(run.pk, State.UNDOING)
    run.refresh_from_db()
    return run


def reasons(run: EarlierRun, name: str = "refused") -> dict[int, str]:
    """Row number -> the sentences of a refused (or remarked) row."""
    rows = run.preview.get(name, [])
    return {row["row"]: " ".join(sentence_of(found) for found in row["faults"]) for row in rows}
