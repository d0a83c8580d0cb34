"""Whether the event files and the inbox are as they should be, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _

from banso.shared import clock
from banso.shared.lake import inspection, ledger
from banso.shared.lake.days import day_of
from banso.shared.lake.inspection import Inspection
from banso.shared.lake.writes import GRACE
from banso.shell.operations.findings import Finding, note, ok, problem, some

_WEEKS_SHOWN = 5
# the sweep comes every hour
SWEPT_BY = GRACE + timedelta(hours=2)
WAITS_LONG = timedelta(hours=1)


def of_everything() -> Iterator[Finding]:
    yield from of_the_lake()
    yield from of_the_ledger()
    yield from of_the_inbox()


def of_the_lake() -> Iterator[Finding]:
    subject = _("events")
    try:
        found = inspection.inspect(orphans_older_than=SWEPT_BY)
    except inspection.CannotOpen as error:
        do = _("Look at BANSO_LAKE_MEMORY, BANSO_LAKE_THREADS and the room on the disk.")
        says = _("The event files cannot be read at all: %(error)s")
        yield problem(subject, says % {"error": str(error).splitlines()[0]}, do)
        return
    faults = [*_files(subject, found), *_rows(subject, found)]
    yield from faults
    if not faults:
        says = _("Events: %(rows)s, files: %(files)s. Every file is whole, every event there once.")
        yield ok(subject, says % {"rows": f"{found.rows:,}", "files": f"{found.files:,}"})
    if found.nearby:
        says = _("Events that stand in two weeks beside each other: %(n)s.")
        do = _("An older version took them twice; new ones count once. Nothing need be done.")
        yield note(subject, says % {"n": f"{found.nearby:,}"}, do)
    if found.unknown_rows:
        says = _("Events of customers that are not registered: %(rows)s.")
        do = _("See the page “Events”; they are assigned once the customers are there.")
        yield note(subject, says % {"rows": f"{found.unknown_rows:,}"}, do)


def of_the_ledger() -> Iterator[Finding]:
    """Every acknowledged event is in the inbox, in a file, or recorded as repeated or removed."""
    subject, found = _("ledger"), ledger.balance()
    restore = _("Restore the last backup that passes this check, and report it.")
    for week, by_ledger, by_manifest in found.weeks[:_WEEKS_SHOWN]:
        says = _("The week of %(day)s should have %(expected)s events and has %(n)s.")
        values = {"expected": f"{by_ledger:,}", "n": f"{by_manifest:,}", "day": monday(week)}
        yield problem(subject, says % values, restore)
    if len(found.weeks) > _WEEKS_SHOWN:
        says = _("Weeks besides that do not add up: %(n)d.")
        yield problem(subject, says % {"n": len(found.weeks) - _WEEKS_SHOWN}, restore)
    if found.vanished_batches:
        says = _("Batches of the inbox that vanished without being sorted in: %(n)d.")
        yield problem(subject, says % {"n": found.vanished_batches}, restore)
    if not found.is_even:
        return
    says = _(
        "Acknowledged and sorted in: %(taken)s; of them new %(new)s, repeated %(repeated)s. From "
        "before the ledger %(before)s, removed by age %(expired)s, forgotten %(forgotten)s, "
        "waiting %(waiting)s. The weeks hold %(there)s: every event is accounted for."
    )
    counted = {
        "taken": found.taken,
        "new": found.new,
        "repeated": found.repeated,
        "before": found.before,
        "expired": found.expired,
        "forgotten": found.forgotten,
        "waiting": found.waiting,
        "there": found.by_manifest,
    }
    yield ok(subject, says % {name: f"{n:,}" for name, n in counted.items()})


def monday(week: int) -> str:
    return day_of(7 * week - 3).isoformat()


def _files(subject: str, found: Inspection) -> Iterator[Finding]:
    put_back = _("Put these files back into lake/events from a backup.")
    for names, says in (
        (found.missing, _("Missing event files (%(n)d): %(names)s")),
        (found.wrong_size, _("Event files of the wrong size (%(n)d): %(names)s")),
        (found.wrong_rows, _("Event files with the wrong number of rows (%(n)d): %(names)s")),
        (found.unreadable, _("Event files that cannot be read (%(n)d): %(names)s")),
    ):
        if names:
            yield problem(subject, says % {"n": len(names), "names": some(names)}, put_back)
    if found.orphans:
        says = _("Files that no longer count and were not removed (%(n)d): %(names)s")
        values = {"n": len(found.orphans), "names": some(found.orphans)}
        yield problem(subject, says % values, _("Start “banso serve” or “banso work”."))


def _rows(subject: str, found: Inspection) -> Iterator[Finding]:
    restore = _("Restore the last backup that passes this check, and report it.")
    if found.doubled:
        says = _("Events that count more than once: %(n)s.") % {"n": f"{found.doubled:,}"}
        yield problem(subject, says, restore)
    if found.misplaced:
        says = _("Events that stand in the wrong week: %(n)s.") % {"n": f"{found.misplaced:,}"}
        yield problem(subject, says, restore)


def of_the_inbox() -> Iterator[Finding]:
    subject, waiting = _("inbox"), inspection.inbox()
    rows = f"{waiting.rows:,}"
    if waiting.oldest and waiting.oldest < clock.now() - WAITS_LONG:
        says = _("Events have waited for more than an hour to be sorted in: %(rows)s.")
        do = _("Start “banso serve” or “banso work”; if one runs, see the jobs below.")
        yield problem(subject, says % {"rows": rows}, do)
    elif waiting.rows:
        says = _("Events that wait to be sorted in: %(rows)s, in batches: %(n)d.")
        yield note(subject, says % {"rows": rows, "n": waiting.batches})
    else:
        yield ok(subject, _("No event waits."))
