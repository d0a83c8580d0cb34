"""`banso check`: is this installation sound? Reads only, but for a file it makes and removes."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core import checks as django_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from banso.shared import clock
from banso.shared.journal import reads as journal
from banso.shared.journal.models import Job
from banso.shared.users.reads import organisation
from banso.shell.operations import databases, lake_check
from banso.shell.operations.contents import SECRET
from banso.shell.operations.findings import PROBLEM, Finding, note, ok, problem, some

LATE = timedelta(minutes=10)
MISSED = timedelta(minutes=2)
JOBS_SHOWN = 5
LOCAL = {"localhost", "127.0.0.1", "[::1]", "testserver"}
ASSETS = (
    "vendor/htmx.min.js",
    "vendor/tabler.min.css",
    "vendor/tabler.min.js",
    "vendor/tabler-icons.min.css",
    "vendor/fonts/tabler-icons.woff2",
    "vendor/echarts.min.js",
    "vendor/survey/survey.core.min.js",
    "vendor/survey/survey.ja.min.js",
    "vendor/survey/survey.min.css",
    "vendor/survey/survey.ui.min.js",
)


def inspected() -> Iterator[Finding]:
    """One finding after the other; what needs the database waits until it answers."""
    yield from django_finds()
    yield from of_the_settings()
    yield from of_the_home()
    yield from of_the_assets()
    found = list(of_the_database())
    yield from found
    if any(one.state == PROBLEM for one in found):
        return
    yield from lake_check.of_everything()
    yield from of_the_jobs()
    yield from of_the_worker()


def django_finds() -> Iterator[Finding]:
    subject = _("program")
    serious = [m for m in django_checks.run_checks() if m.level >= django_checks.WARNING]
    for message in serious:
        says, hint = f"{message.id}: {message.msg}", message.hint or ""
        if message.level >= django_checks.ERROR and not message.is_silenced():
            yield problem(subject, says, hint or _("Install Banso anew."))
        else:
            yield note(subject, says, hint)
    if not serious:
        yield ok(subject, _("Django's system checks found nothing."))


def of_the_settings() -> Iterator[Finding]:
    subject = _("settings")
    faults = []
    others = [name for name in settings.ALLOWED_HOSTS if name not in LOCAL]
    if settings.DEBUG and others:
        says = _("BANSO_DEBUG is on while others may reach this Banso (%(hosts)s).")
        faults.append(problem(subject, says % {"hosts": some(others)}, _("Set BANSO_DEBUG=0.")))
    if "*" in settings.ALLOWED_HOSTS:
        do = _("Name in BANSO_HOSTS the hosts under which people open it.")
        faults.append(problem(subject, _("Every host name is answered (BANSO_HOSTS=*)."), do))
    secret = Path(settings.HOME) / SECRET
    if secret.exists() and secret.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        says = _("%(path)s can be read by other users of this machine.") % {"path": secret}
        faults.append(problem(subject, says, f"chmod 600 {secret}"))
    if others and not settings.HTTPS:
        do = _("Once people reach it through https, set BANSO_HTTPS=1.")
        faults.append(note(subject, _("Passwords may travel without https."), do))
    yield from faults or [ok(subject, f"BANSO_HOME={settings.HOME}")]


def of_the_home() -> Iterator[Finding]:
    subject = _("data folder")
    probe = Path(settings.HOME) / f".writable-{clock.now().timestamp()}"
    try:
        probe.write_text("ok")
        probe.unlink()
    except OSError as error:
        says = _("%(path)s cannot be written: %(error)s.")
        do = _("Give the folder to the user that runs Banso, or make room on the disk.")
        values = {"path": settings.HOME, "error": error.strerror}
        yield problem(subject, says % values, do)
    else:
        yield ok(subject, _("%(path)s can be written.") % {"path": settings.HOME})


def of_the_assets() -> Iterator[Finding]:
    subject = _("page files")
    missing = [name for name in ASSETS if finders.find(name) is None]
    if missing:
        says = _("Missing: %(files)s.") % {"files": some(missing)}
        do = _("Run “python tools/assets.py” in the source folder, or install the wheel anew.")
        yield problem(subject, says, do)
    japanese = Path(settings.PACKAGE) / "shell/locale/ja/LC_MESSAGES/django.mo"
    if not japanese.exists():
        do = _("Run “python tools/messages.py compile”, or install the wheel anew.")
        yield problem(subject, _("The Japanese texts are not compiled."), do)
    collected = settings.STATIC_ROOT and Path(settings.STATIC_ROOT) / "staticfiles.json"
    if collected and not settings.DEBUG and not collected.exists():
        do = _("“banso serve” collects them; before “banso web” run “banso collectstatic”.")
        yield note(subject, _("They are not collected yet."), do)
    elif not missing and japanese.exists():
        yield ok(subject, _("Scripts, styles, icons and Japanese texts are there."))


def of_the_database() -> Iterator[Finding]:
    subject = _("database")
    name = str(connection.settings_dict["NAME"])
    if not databases.is_there():
        says = _("There is none at %(path)s yet.") % {"path": name}
        yield problem(subject, says, _("Run “banso migrate”, or “banso restore” with a backup."))
        return
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        says = _("It does not answer: %(error)s") % {"error": str(error).strip().splitlines()[0]}
        do = _("Start the database, and compare DATABASE_URL with its address and password.")
        yield problem(subject, says, do)
        return
    known = set(executor.loader.disk_migrations or {})
    newer = [
        f"{app}.{step}"
        for app, step in executor.loader.applied_migrations
        if (app, step) not in known
    ]
    if waiting:
        says = _("Migrations that wait: %(n)d.") % {"n": len(waiting)}
        yield problem(subject, says, _("Run “banso migrate”."))
    if newer:
        says = _("It was used by a newer Banso (%(names)s).") % {"names": some(newer)}
        yield problem(subject, says, _("Install that version again, or restore an older backup."))
    if damage := databases.damage():
        says = _("The file is damaged: %(error)s") % {"error": damage}
        yield problem(subject, says, _("Stop Banso and restore the last backup."))
    if not waiting and not newer and not damage:
        says = _("%(vendor)s, %(name)s, all migrations applied.")
        yield ok(subject, says % {"vendor": connection.display_name, "name": name})


def of_the_jobs() -> Iterator[Finding]:
    subject = _("jobs")
    given_up, failing = journal.given_up_jobs(), journal.failing_jobs()
    count, again = given_up.count(), failing.count()
    for job in given_up[:JOBS_SHOWN]:
        says = _("%(job)s was given up: %(error)s")
        do = _("Remove the cause, then run “banso work --once --retry”.")
        yield problem(subject, says % {"job": job.name, "error": last_line(job)}, do)
    if count > JOBS_SHOWN:
        says = _("Given up besides: %(n)d.") % {"n": count - JOBS_SHOWN}
        yield problem(subject, says, _("They are listed when these are gone."))
    for job in failing[:JOBS_SHOWN]:
        says = _("%(job)s failed (attempts: %(n)d) and is tried again: %(error)s")
        values = {"job": job.name, "n": job.attempts, "error": last_line(job)}
        yield note(subject, says % values)
    if not count and not again:
        yield ok(subject, _("None was given up, none fails."))


def last_line(job: Job) -> str:
    """The last line of a traceback is the error itself."""
    lines = [line for line in job.error.splitlines() if line.strip()]
    return lines[-1].strip()[:300] if lines else "?"


def of_the_worker() -> Iterator[Finding]:
    subject = _("worker")
    held, overdue = journal.held_jobs().first(), journal.overdue_jobs(by=LATE)
    missed = journal.schedule_missed_since()
    oldest = overdue.first()
    if held:
        yield ok(subject, _("A worker is at “%(job)s”.") % {"job": held.name})
    elif oldest:
        says = _("No worker is running; jobs that wait: %(n)d, the oldest since %(since)s.")
        values = {"n": overdue.count(), "since": shown(oldest.run_after)}
        yield problem(subject, says % values, _("Start “banso serve” or “banso work”."))
    elif missed and missed < clock.now() - MISSED:
        says = _("No worker has been running since %(since)s, and no work waits.")
        do = _("Start “banso serve” or “banso work”.")
        yield note(subject, says % {"since": shown(missed)}, do)
    else:
        yield ok(subject, _("A worker was here within the last hour, and no work waits."))


def shown(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(organisation().time_zone)):%Y-%m-%d %H:%M}"
