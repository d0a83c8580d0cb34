"""Takes the events of a person out of the files, or gives them to a random name (what changes the
manifest stands in ``publishing``). Works in rounds: a process that is killed loses one at most.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from secrets import token_bytes, token_hex

import pyarrow as pa
from django.db import transaction

from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.lake import columns, compaction, engine, files, publishing, reads, rules
from banso.shared.lake.compaction import Draft
from banso.shared.lake.models import Forgetting, Posting, Segment

JOB = "lake.forget"


@dataclass
class Round:
    """New files without the person, and how many events of which weeks were theirs."""

    draft: Draft = field(default_factory=Draft)
    by_week: Counter[int] = field(default_factory=Counter)


@transaction.atomic
def ask(
    *,
    user_keys: list[str],
    mode: str,
    account_ids: list[int] | None = None,
    words: list[str] | None = None,
) -> Forgetting:
    """Owe a forgetting: events of these users (at these accounts, or everywhere) are erased, or get
    a random user each while texts that hold one of ``words`` leave their properties.
    """
    if not user_keys or not all(user_keys):
        raise ValueError("forget() needs the keys of users: blank ones would mean everybody")
    asked = Forgetting.objects.create(
        mode=Forgetting.Mode(mode),
        user_keys=user_keys,
        pseudonyms={key: f"forgotten-{token_hex(8)}" for key in user_keys},
        account_ids=account_ids,
        words=[word for word in words or [] if word],
        asked_at=clock.now(),
    )
    record("lake.forgetting_asked", by=None, forgetting=asked.pk, mode=asked.mode)
    enqueue(JOB, key=JOB)
    return asked


def go_on() -> bool:
    """One round of the oldest forgetting that is not done; whether there is more to do."""
    with files.alone(engine.root().parent):
        asked = Forgetting.objects.filter(finished_at=None).order_by("pk").first()
        if asked is None:
            return False
        seen = publishing.version()
        counted = reads.files_of_users(asked.user_keys, asked.account_ids)
        holding = [one for one in reads.live_segments() if one.file in counted]
        if not holding:
            _finish(asked, left=sum(counted.values()))
            return Forgetting.objects.filter(finished_at=None).exists()
        Forgetting.objects.filter(pk=asked.pk).update(of_files=asked.files + len(holding))
        done = _round(asked, holding[: rules.fitting([one.rows for one in holding])])
        try:
            publishing.publish(
                done.draft,
                seen=seen,
                also=partial(_note, asked, done),
                posting=_posting(asked, done),
            )
        except publishing.Overtaken:
            return True
    return True


def _round(asked: Forgetting, segments: list[Segment]) -> Round:
    done, wanted = Round(), columns.promoted()
    theirs = rules.is_of_users(asked.user_keys, asked.account_ids)
    for segment in segments:
        stored = columns.relation([segment], wanted, columns.STORED)
        select = f"SELECT * FROM {stored} WHERE ({theirs}) IS NOT TRUE"  # noqa: S608 - by rules
        made = Segment(week=segment.week, rows=segment.rows, unknown_rows=segment.unknown_rows)
        tables = {}
        with engine.opened() as connection:
            if asked.mode == Forgetting.Mode.ERASE:
                rows, known = connection.execute(
                    f"SELECT COUNT(*), COUNT(account_id) FROM {stored} WHERE {theirs}"  # noqa: S608
                ).fetchall()[0]
                made.rows, made.unknown_rows = made.rows - rows, made.unknown_rows - rows + known
            else:
                plain = ", ".join(columns.STORED[:-1])
                found = connection.sql(
                    f"SELECT {plain} FROM {stored} WHERE {theirs}"  # noqa: S608 - by rules
                ).to_arrow_table()
                rows = found.num_rows
                tables["renamed"] = renamed(found, asked.pseudonyms, asked.words)
                select += f" UNION ALL {columns.from_rows('renamed', wanted, columns.STORED)}"
        done.by_week[segment.week] += rows
        done.draft.replaces.append(segment)
        if made.rows:
            with done.draft.whole(), engine.opened(**tables) as connection:
                compaction.write(connection, done.draft, select, made, wanted)
    return done


def renamed(found: pa.Table, pseudonyms: dict[str, str], words: list[str]) -> pa.Table:
    """The events with another user; their keys become random: the old ones could be tried out."""
    users = [pseudonyms[key] for key in found["user_key"].to_pylist()]
    props = [
        rules.without_words(text, words, user)
        for text, user in zip(found["props"].to_pylist(), users, strict=True)
    ]
    keys = [token_bytes(16) for _ in users]
    changed = {
        "user_key": pa.array(users, pa.string()),
        "props": pa.array(props, pa.string()),
        "key": pa.array(keys, pa.binary()),
    }
    for name, values in changed.items():
        found = found.set_column(found.schema.get_field_index(name), name, values)
    return found


def _posting(asked: Forgetting, done: Round) -> Posting | None:
    if asked.mode != Forgetting.Mode.ERASE:
        return None
    by_week = {week: -rows for week, rows in done.by_week.items() if rows}
    return Posting(kind=Posting.FORGOTTEN, change=sum(by_week.values()), by_week=by_week)


def _note(asked: Forgetting, done: Round) -> None:
    """Count what was done, in the transaction that does it."""
    now = Forgetting.objects.select_for_update().get(pk=asked.pk)
    by_week = Counter({int(week): rows for week, rows in now.by_week.items()}) + done.by_week
    now.by_week = dict(sorted(by_week.items()))
    now.events = sum(by_week.values())
    now.files += len(done.draft.replaces)
    now.save(update_fields=["by_week", "events", "files"])
    weeks = sorted(done.by_week)
    record("events.forgotten", by=None, forgetting=asked.pk, rows=done.by_week.total(), weeks=weeks)


@transaction.atomic
def _finish(asked: Forgetting, *, left: int) -> None:
    """Nothing is left in the live files: whose events they were is forgotten here, too."""
    now = clock.now()
    Forgetting.objects.filter(pk=asked.pk).update(
        finished_at=now, left=left, user_keys=[], pseudonyms={}, words=[]
    )
    record("lake.forgotten", by=None, forgetting=asked.pk, left=left)


def mark_swept(*, cleared_before: datetime) -> None:
    """Note of which forgettings no old file is left: what was retired before that is removed."""
    for asked in Forgetting.objects.filter(swept_at=None, finished_at__lte=cleared_before):
        asked.swept_at = clock.now()
        asked.save(update_fields=["swept_at"])
        record("lake.forgotten_swept", by=None, forgetting=asked.pk)
