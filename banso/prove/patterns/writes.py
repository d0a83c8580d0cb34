from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from banso.know.accounts.models import Account
from banso.prove.patterns.models import LevelChange, Pattern, PatternLink, PatternVersion, Use
from banso.prove.patterns.reads import JOB, links_of
from banso.prove.patterns.rules import Standing, level_of, rank
from banso.prove.patterns.sources import known_sources
from banso.shared import clock
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User


class ChangedMeanwhile(Exception):
    """Somebody else wrote a version since the reader's page was made."""


@transaction.atomic
def write_pattern(*, by: User, owner: User | None = None, **words: Any) -> Pattern:
    """A new pattern with its first version; without evidence it is told from experience."""
    now = clock.now()
    pattern = Pattern.objects.create(owner=owner or by, by=by, created_at=now, level_since=now)
    _keep_version(pattern, 1, by, words)
    record("pattern.written", by=by, pattern=pattern.pk, name=words["name"])
    return pattern


@transaction.atomic
def rewrite_pattern(
    *, by: User, pattern: Pattern, seen: int, owner: User | None, because: str, **words: Any
) -> Pattern:
    """Another version beside the earlier ones; ``seen`` is the one that was changed."""
    pattern = Pattern.objects.select_for_update().get(pk=pattern.pk)
    before = pattern.current
    if before is None or before.number != seen:
        raise ChangedMeanwhile
    if pattern.owner_id != (owner.pk if owner else None):
        pattern.owner = owner
        pattern.save(update_fields=["owner"])
    if any(getattr(before, name) != value for name, value in words.items()):
        _keep_version(pattern, before.number + 1, by, words | {"because": because})
    record("pattern.rewritten", by=by, pattern=pattern.pk, name=words["name"])
    return pattern


def _keep_version(pattern: Pattern, number: int, by: User, words: dict[str, Any]) -> None:
    pattern.current = PatternVersion.objects.create(
        pattern=pattern, number=number, by=by, at=clock.now(), **words
    )
    pattern.save(update_fields=["current"])


@transaction.atomic
def remove_pattern(*, by: User, pattern: Pattern) -> None:
    """Off the list; its words, uses and levels stay on record."""
    pattern.removed_at = clock.now()
    pattern.save(update_fields=["removed_at"])
    record("pattern.removed", by=by, pattern=pattern.pk)


@transaction.atomic
def link_pattern(*, by: User, pattern: Pattern, source: str, reference: str) -> PatternLink:
    """Link it to something that a source knows; the level follows at once."""
    link, made = PatternLink.objects.get_or_create(
        pattern=pattern, source=source, reference=reference,
        defaults={"by": by, "at": clock.now()},
    )  # fmt: skip
    if made:
        record("pattern.linked", by=by, pattern=pattern.pk, source=source, reference=reference)
        weigh(pattern=pattern)
    return link


@transaction.atomic
def unlink_pattern(*, by: User, link: PatternLink) -> None:
    """Take a link away; the history of the level keeps what it had said."""
    pattern = link.pattern
    record(
        "pattern.unlinked", by=by, pattern=pattern.pk, source=link.source, reference=link.reference
    )
    link.delete()
    weigh(pattern=pattern)


@transaction.atomic
def weigh(*, pattern: Pattern) -> LevelChange | None:
    """Compute the level anew from what the links say today; a move is kept for ever."""
    pattern = Pattern.objects.select_for_update().get(pk=pattern.pk)
    basis, standings, sources = [], [], known_sources()
    for link in links_of(pattern):
        source = sources.get(link.source)
        if source is None or source.standing is None:
            continue
        told, standing = source.told(link.reference), source.standing(link.reference)
        standings.append(standing)
        basis.append(_told(link, told.name if told else "", standing))
    after = level_of(standings)
    if after == pattern.level:
        return None
    change = LevelChange.objects.create(
        pattern=pattern, at=clock.now(), before=pattern.level, after=after, basis=basis
    )
    pattern.level, pattern.level_since = after, change.at
    pattern.save(update_fields=["level", "level_since"])
    record(
        "pattern.level_moved", by=None, pattern=pattern.pk, change=change.pk, before=change.before,
        after=after, fell=rank(after) < rank(change.before),
    )  # fmt: skip
    return change


def _told(link: PatternLink, name: str, standing: Standing) -> dict[str, Any]:
    return {
        "source": link.source, "reference": link.reference, "name": name, "says": standing.says,
        "rung": standing.rung,
    }  # fmt: skip


def ask_to_weigh() -> None:
    """All patterns soon; asking twice does it once."""
    enqueue(JOB, key=JOB)


@transaction.atomic
def mark_used(*, by: User, pattern: Pattern, account: Account, used_on: date) -> Use:
    """“I used this with customer X”; the same on the same day is one use."""
    version = pattern.current
    if version is None:
        raise ValueError("a pattern without words cannot be used")
    use, made = Use.objects.get_or_create(
        pattern=pattern, account=account, by=by, used_on=used_on, taken_back_at=None,
        defaults={"version": version, "created_at": clock.now()},
    )  # fmt: skip
    if made:
        record(
            "pattern.used", by=by, account_id=account.pk, pattern=pattern.pk, name=version.name,
            use=use.pk, used_on=used_on.isoformat(),
        )  # fmt: skip
    return use


@transaction.atomic
def take_back(*, by: User, use: Use) -> None:
    """It was marked by mistake; the row stays, it no longer counts."""
    use.taken_back_at = clock.now()
    use.save(update_fields=["taken_back_at"])
    record(
        "pattern.use_taken_back", by=by, account_id=use.account_id, pattern=use.pattern_id,
        use=use.pk,
    )  # fmt: skip
