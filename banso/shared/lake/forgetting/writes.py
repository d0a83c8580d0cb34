"""Owes and does forgettings, round by round: a process that is killed loses one round at most."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial
from secrets import token_hex

from django.db import transaction

from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.lake import engine, files, reads, rules
from banso.shared.lake.forgetting import drafts
from banso.shared.lake.manifest import writes as manifest
from banso.shared.lake.models import Forgetting, Posting, Segment

JOB = "lake.forget"


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
        seen = manifest.version()
        holding = _holding(asked)
        if not holding:
            return Forgetting.objects.filter(finished_at=None).exists()
        done = drafts.without(asked, holding[: rules.fitting([one.rows for one in holding])])
        try:
            manifest.publish(
                done.draft,
                seen=seen,
                also=partial(_note, asked, done),
                posting=_posting(asked, done),
            )
        except manifest.Overtaken:
            return True
    return True


def _holding(asked: Forgetting) -> list[Segment]:
    """Files with events of theirs: what the last search found, then what a new one finds; when it
    finds none, the work is done.
    """
    live = reads.live_segments()
    holding = [one for one in live if one.pk in asked.pending]
    if holding:
        return holding
    counted = reads.files_of_users(asked.user_keys, asked.account_ids)
    holding = [one for one in live if one.file in counted]
    if not holding:
        _finish(asked, left=sum(counted.values()))
    Forgetting.objects.filter(pk=asked.pk).update(
        of_files=asked.files + len(holding), pending=[one.pk for one in holding]
    )
    return holding


def _posting(asked: Forgetting, done: drafts.Round) -> Posting | None:
    if asked.mode != Forgetting.Mode.ERASE:
        return None
    by_week = {week: -rows for week, rows in done.by_week.items() if rows}
    return Posting(kind=Posting.FORGOTTEN, change=sum(by_week.values()), by_week=by_week)


def _note(asked: Forgetting, done: drafts.Round) -> None:
    """Count what was done, in the transaction that does it."""
    now = Forgetting.objects.select_for_update().get(pk=asked.pk)
    by_week = Counter({int(week): rows for week, rows in now.by_week.items()}) + done.by_week
    now.by_week = dict(sorted(by_week.items()))
    now.events = sum(by_week.values())
    now.files += len(done.draft.replaces)
    replaced = {segment.pk for segment in done.draft.replaces}
    now.pending = [pk for pk in now.pending if pk not in replaced]
    now.save(update_fields=["by_week", "events", "files", "pending"])
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
