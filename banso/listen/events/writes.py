from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from banso.listen.events import rules, tallies
from banso.listen.events.counting import Examples, counted
from banso.listen.events.models import (
    EventName,
    Feature,
    HiddenProperty,
    RefusedEvent,
    RoleName,
    SegmentNames,
    UnknownAccount,
)
from banso.listen.events.rhythm.writes import Came, count_arrivals, source_named
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.lake import reads as lake
from banso.shared.lake.models import Segment
from banso.shared.users.models import User

MOST_REFUSED = 10_000


class Overtaken(Exception):
    """Another process counted the same files meanwhile: nothing was changed, try again."""


def refresh_names() -> int:
    """Bring names, roles, properties and unknown accounts up to the lake; how many names changed.

    Only files that were not read before are read: the cost is that of what is new.
    """
    while True:
        try:
            return _count_files()
        except Overtaken:
            continue


def _count_files() -> int:
    live = {segment.pk: segment for segment in lake.live_segments()}
    known = set(SegmentNames.objects.values_list("segment_id", flat=True))
    went = known - live.keys()
    read = [(live[pk], *counted(live[pk])) for pk in sorted(live.keys() - known)]
    if not read and not went:
        return 0
    before = [row.found for row in SegmentNames.objects.filter(segment_id__in=went)]
    came = [found for _segment, found, _examples in read]
    change = tallies.change(came, before)
    is_whole = not known or change.takes_away
    if is_whole:
        kept = SegmentNames.objects.filter(segment_id__in=known - went)
        change = tallies.change([*came, *(row.found for row in kept.iterator())], [])
    examples: dict[str, dict[str, str]] = {}
    for _segment, _found, of_names in read:
        for name, of_name in of_names.items():
            examples.setdefault(name, {}).update(of_name)
    with transaction.atomic():
        _remember(read, known=known, went=went)
        changed = _keep_names(change, examples, is_whole=is_whole)
        _keep_roles(change.roles, is_whole=is_whole)
        _keep_unknown(change.unknown, is_whole=is_whole)
        record("events.counted", by=None, names=changed, files=len(read))
    return changed


def _remember(
    read: list[tuple[Segment, tallies.Found, Examples]], *, known: set[int], went: set[int]
) -> None:
    """Which files are counted from now on; ``Overtaken`` when another process was first."""
    counted_now = SegmentNames.objects.select_for_update().values_list("segment_id", flat=True)
    if set(counted_now) != known:
        raise Overtaken
    SegmentNames.objects.filter(segment_id__in=went).delete()
    rows = [
        SegmentNames(segment_id=segment.pk, rows=segment.rows, found=found)
        for segment, found, _examples in read
    ]
    try:
        SegmentNames.objects.bulk_create(rows, batch_size=100)
    except IntegrityError as error:
        raise Overtaken from error


@transaction.atomic
def name_event(
    *, by: User, event: EventName, label_en: str, label_ja: str, is_core: bool
) -> EventName:
    """Say what an event is called and whether it is a core action."""
    event.label_en, event.label_ja, event.is_core = label_en, label_ja, is_core
    event.save(update_fields=["label_en", "label_ja", "is_core"])
    record("event.named", by=by, name=event.name, is_core=is_core)
    return event


@transaction.atomic
def assign_feature(*, by: User, events: Sequence[EventName], feature: Feature | None) -> int:
    """Put events into a feature, or into none; how many changed."""
    moved = [event for event in events if event.feature_id != (feature.pk if feature else None)]
    if moved:
        EventName.objects.filter(pk__in=[event.pk for event in moved]).update(feature=feature)
        named = [event.name for event in moved]
        record("events.grouped", by=by, feature=feature.key if feature else "", names=named)
    return len(moved)


@transaction.atomic
def mark_core(*, by: User, events: Sequence[EventName], is_core: bool) -> int:
    """Say of many events whether they are core actions; how many changed."""
    changed = [event for event in events if event.is_core != is_core]
    EventName.objects.filter(pk__in=[event.pk for event in changed]).update(is_core=is_core)
    for event in changed:
        record("event.named", by=by, name=event.name, is_core=is_core)
    return len(changed)


@transaction.atomic
def save_feature(*, by: User, feature: Feature) -> Feature:
    """Keep a new or changed feature."""
    is_new = feature.pk is None
    feature.save()
    record("feature.saved", by=by, feature=feature.key, is_new=is_new)
    return feature


@transaction.atomic
def delete_feature(*, by: User, feature: Feature) -> None:
    """Take a feature away; its events stay, without one."""
    key = feature.key
    feature.delete()
    record("feature.deleted", by=by, feature=key)


@transaction.atomic
def hide_properties(*, by: User, props: Sequence[str], event: EventName | None = None) -> None:
    """Show the properties nowhere from now on, of every event or of one; their examples go."""
    now = clock.now()
    if event:
        event.hidden_properties = sorted({*event.hidden_properties, *props})
        event.save(update_fields=["hidden_properties"])
    else:
        HiddenProperty.objects.bulk_create(
            (HiddenProperty(prop=prop, hidden_by=by, hidden_at=now) for prop in props),
            ignore_conflicts=True,
        )
    _settle_properties(set(props))
    record("properties.hidden", by=by, props=list(props), event=event.name if event else "")


@transaction.atomic
def show_properties(*, by: User, props: Sequence[str], event: EventName | None = None) -> None:
    """Show the properties again; examples come with the next events."""
    if event:
        event.hidden_properties = sorted({*event.hidden_properties} - {*props})
        event.save(update_fields=["hidden_properties"])
    else:
        HiddenProperty.objects.filter(prop__in=props).delete()
    _settle_properties(set(props))
    record("properties.shown", by=by, props=list(props), event=event.name if event else "")


def _settle_properties(props: set[str]) -> None:
    """Bring what is kept of the properties to what is hidden by now."""
    hidden = set(HiddenProperty.objects.values_list("prop", flat=True))
    changed = []
    for event in EventName.objects.exclude(properties=[]):
        if props.isdisjoint(entry["key"] for entry in event.properties):
            continue
        of_event = hidden.union(event.hidden_properties)
        event.properties = [
            tallies.settled(entry, entry["key"] in of_event) for entry in event.properties
        ]
        changed.append(event)
    EventName.objects.bulk_update(changed, ["properties"], batch_size=200)


@transaction.atomic
def keep_refusals(
    *, source: str, key_name: str, door: str, refusals: Sequence[tuple[str, bool, str, str]]
) -> int:
    """Keep (raw, is_cut, code, reason) of what could not be kept; the oldest of too many go."""
    if not refusals:
        return 0
    came = Came(source, clock.now(), refused=len(refusals))
    count_arrivals(came=[came])
    row = source_named(came)
    RefusedEvent.objects.bulk_create(
        (
            RefusedEvent(
                source=row,
                key_name=key_name[:100],
                door=door,
                received_at=came.at,
                raw=raw,
                is_cut=is_cut,
                code=code,
                reason=reason[:500],
            )
            for raw, is_cut, code, reason in refusals[-MOST_REFUSED:]
        ),
        batch_size=500,
    )
    kept = RefusedEvent.objects.filter(source=row).order_by("-pk")
    beyond = kept.values_list("pk", flat=True)[MOST_REFUSED : MOST_REFUSED + 1].first()
    if beyond is not None:
        kept.filter(pk__lte=beyond).delete()
    return len(refusals)


def _keep_names(change: tallies.Change, examples: Examples, *, is_whole: bool) -> int:
    """Apply the change to the names; how many changed."""
    named = EventName.objects.all() if is_whole else EventName.objects.filter(name__in=change.names)
    rows = {event.name: event for event in named}
    room = rules.MOST_NAMES - (len(rows) if is_whole else EventName.objects.count())
    hidden = set(HiddenProperty.objects.values_list("prop", flat=True))
    now, made = clock.now(), []
    ordered = sorted(change.names.items(), key=lambda item: -item[1][0])
    for name, (n, first_us, last_us) in ordered:
        first, last = _moment(first_us), _moment(last_us)
        event = rows.get(name)
        if event is None:
            if (room := room - 1) < 0:
                continue
            event = EventName(name=name, count=0, first_seen=first, last_seen=last, found_at=now)
        was = event.properties
        if is_whole:
            event.count, event.first_seen, event.last_seen = 0, first, last
            was = [{"key": e["key"], "example": e["example"]} for e in was]
        event.count = max(0, event.count + n)
        event.first_seen, event.last_seen = (
            min(event.first_seen, first),
            max(event.last_seen, last),
        )
        event.properties = tallies.summed(
            was,
            change.props.get(name, {}),
            examples.get(name, {}),
            hidden.union(event.hidden_properties),
        )
        made.append(event)
    gone = [event for name, event in rows.items() if name not in change.names and event.count]
    for event in gone if is_whole else ():
        event.count, event.properties = 0, []
        made.append(event)
    EventName.objects.bulk_create(
        made,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["count", "properties", "first_seen", "last_seen"],
    )
    return len(change.names)


def _keep_roles(roles: dict[str, int], *, is_whole: bool) -> None:
    was = {} if is_whole else dict(RoleName.objects.values_list("name", "count"))
    counts = {role: was.get(role, 0) + roles.get(role, 0) for role in {*was, *roles}}
    RoleName.objects.all().delete()
    RoleName.objects.bulk_create(
        RoleName(name=role, count=n) for role, n in sorted(counts.items()) if n > 0
    )


def _keep_unknown(unknown: dict[str, tallies.Seen], *, is_whole: bool) -> None:
    rows = {
        row.account_key: row
        for row in ([] if is_whole else UnknownAccount.objects.filter(account_key__in=unknown))
    }
    UnknownAccount.objects.filter(**({} if is_whole else {"account_key__in": unknown})).delete()
    made = []
    for key, (n, first_us, last_us) in unknown.items():
        first, last = _moment(first_us), _moment(last_us)
        was = rows.get(key)
        count = n + (was.count if was else 0)
        if count > 0:
            first, last = (
                (min(first, was.first_seen), max(last, was.last_seen)) if was else (first, last)
            )
            made.append(
                UnknownAccount(account_key=key, count=count, first_seen=first, last_seen=last)
            )
    UnknownAccount.objects.bulk_create(made, batch_size=500)


def _moment(ts_us: int) -> datetime:
    return datetime.fromtimestamp(ts_us / 1_000_000, UTC)
