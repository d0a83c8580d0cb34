from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from banso.listen.events import rules
from banso.listen.events.models import EventName, RefusedEvent, RoleName, UnknownAccount
from banso.listen.events.rhythm.writes import Came, count_arrivals, source_named
from banso.shared import clock
from banso.shared.journal.writes import record
from banso.shared.lake import reads as lake
from banso.shared.users.models import User

_NAMES = (
    "SELECT name, COUNT(*) AS events, MIN(ts_us) AS first_us, MAX(ts_us) AS last_us "  # noqa: S608
    f"FROM events GROUP BY name ORDER BY events DESC, name LIMIT {rules.MOST_NAMES}"
)
_ROLES = (
    "SELECT role, COUNT(*) AS events FROM events WHERE role <> '' AND LENGTH(role) <= 200 "
    "GROUP BY role ORDER BY events DESC, role LIMIT 100"
)
_EXAMPLES = (
    "SELECT name, "  # noqa: S608 - a constant
    f"ARG_MAX(props, ts_us, {rules.EXAMPLES}) AS examples FROM events "
    "WHERE props IS NOT NULL GROUP BY name ORDER BY COUNT(*) DESC LIMIT 500"
)

MOST_REFUSED = 10_000


def refresh_names() -> int:
    """Bring names, roles, properties and unknown accounts up to the lake; how many names."""
    with lake.session() as session:
        names = session.table(_NAMES).to_pylist()
        roles = session.table(_ROLES).to_pylist()
        examples = session.table(_EXAMPLES).to_pylist()
    properties = {row["name"]: rules.properties(row["examples"]) for row in examples}
    unknown = lake.unknown_keys(rules.MOST_UNKNOWN).to_pylist()
    with transaction.atomic():
        _keep_names(names, properties)
        RoleName.objects.all().delete()
        RoleName.objects.bulk_create(RoleName(name=r["role"], count=r["events"]) for r in roles)
        UnknownAccount.objects.all().delete()
        UnknownAccount.objects.bulk_create(
            UnknownAccount(account_key=u["account_key"], count=u["events"], **_seen(u))
            for u in unknown
        )
        record("events.counted", by=None, names=len(names), unknown=len(unknown))
    return len(names)


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


def _keep_names(names: list[dict[str, Any]], properties: dict[str, list[dict[str, Any]]]) -> None:
    made = [
        EventName(
            name=row["name"],
            count=row["events"],
            properties=properties.get(row["name"], []),
            **_seen(row),
        )
        for row in names
    ]
    EventName.objects.bulk_create(
        made,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["count", "properties", "first_seen", "last_seen"],
    )


def _seen(row: dict[str, Any]) -> dict[str, datetime]:
    return {
        f"{end}_seen": datetime.fromtimestamp(row[f"{end}_us"] / 1_000_000, UTC)
        for end in ("first", "last")
    }
