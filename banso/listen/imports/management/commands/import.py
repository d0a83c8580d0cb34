from __future__ import annotations  # noqa: N999 - the command is `banso import`

import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from banso.listen.imports.guessing import Proposal, propose
from banso.listen.imports.meaning.dates import DAY_FIRST, MONTH_FIRST
from banso.listen.imports.meaning.kinds import KINDS
from banso.listen.imports.meaning.mappings import Mapping, problems
from banso.listen.imports.models import ImportRun, Kind, State
from banso.listen.imports.reading.faults import Unreadable, fault
from banso.listen.imports.sentences import sentence, sentence_of
from banso.listen.imports.writes import ask_for_check, ask_for_run, keep_upload, start_draft
from banso.shared.journal.jobs import pay
from banso.shared.journal.models import Job
from banso.shared.journal.writes import claim
from banso.shared.users.reads import organisation

LISTED = 20
JOBS = {State.CHECKING: "imports.check", State.RUNNING: "imports.run"}
ALL_GOOD, WITH_REFUSED = 0, 3


class Command(BaseCommand):
    help = (
        "Import customers, people, subscriptions or events from CSV, TSV, Excel or JSON lines. "
        "Exit codes: 0 everything imported, 1 nothing imported, 3 imported but rows were refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=KINDS, default="", help="guessed when left out")
        parser.add_argument("--source", default="", help="the system the ids come from")
        parser.add_argument("--mapping", default="", help="name of a mapping saved in the browser")
        parser.add_argument("--event-name", default="", help="for events without a name column")
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day the file was made")
        parser.add_argument("--date-order", choices=(MONTH_FIRST, DAY_FIRST), default="")
        parser.add_argument("--language", choices=("ja", "en"), default="")
        parser.add_argument("--refused", type=Path, help="write refused rows with reasons here")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"] or organisation().language):
            run = self._draft(options)
            self._step(run, State.CHECKING)
            if not options["dry_run"]:
                ask_for_run(by=None, run=run)
                self._step(run, State.RUNNING)
            self._report(run, options)
        if run.refused:
            sys.exit(WITH_REFUSED)

    def _draft(self, options: dict[str, Any]) -> ImportRun:
        path: Path = options["file"]
        try:
            upload = keep_upload(
                by=None, name=path.name, blocks=_blocks(path), most_bytes=settings.IMPORT_MOST_BYTES
            )
        except Unreadable as error:
            raise CommandError(sentence(error.fault)) from error
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        proposal = propose(upload, kind=options["kind"], named=options["mapping"])
        if options["mapping"] and proposal.kept is None:
            raise CommandError(_("There is no saved mapping called “%s”.") % options["mapping"])
        if proposal.mapping is None:
            raise CommandError(sentence(fault("no_customers")))
        mapping = _adjusted(proposal.mapping, options)
        wrong = problems(mapping)
        if wrong:
            raise CommandError("\n".join(sentence(found) for found in wrong))
        self._say_mapping(proposal, mapping)
        run = start_draft(by=None, upload=upload, mapping=mapping)
        ask_for_check(by=None, run=run, mapping=mapping)
        return run

    def _say_mapping(self, proposal: Proposal, mapping: Mapping) -> None:
        kind = Kind(mapping.kind).label
        self.stdout.write(
            _("%(kind)s, %(columns)s columns") % {"kind": kind, "columns": len(mapping.columns)}
        )
        for place, column in enumerate(mapping.columns):
            if column.target and not proposal.columns[place].order.settled:
                example = ", ".join(proposal.columns[place].order.examples)
                said = {"column": column.name, "example": example, "order": column.order}
                self.stdout.write(
                    _("%(column)s: %(example)s is read as %(order)s; --date-order changes it")
                    % said
                )

    def _step(self, run: ImportRun, state: State) -> None:
        """Do it here under a lease, or wait where the worker of a running server has begun it."""
        owed = claim(key=f"{JOBS[state]}:{run.pk}")
        if owed and not pay(owed):
            raise CommandError(Job.objects.get(pk=owed.pk).error)
        run.refresh_from_db()
        while run.state == state:
            time.sleep(0.5)
            run.refresh_from_db()
        if run.state == State.FAILED:
            raise CommandError(sentence_of(run.error))

    def _report(self, run: ImportRun, options: dict[str, Any]) -> None:
        said = {n: getattr(run, n) for n in ("created", "changed", "same", "refused")}
        words = _(
            "created %(created)s, changed %(changed)s, unchanged %(same)s, refused %(refused)s"
        )
        self.stdout.write(words % said)
        if run.unclaimed:
            self.stdout.write(
                _("%(count)s events are of customers that are not here yet; they are kept for them")
                % {"count": run.unclaimed}
            )
        for name in ("refused", "noticed"):
            for row in run.preview.get(name, [])[:LISTED]:
                reasons = " ".join(sentence_of(found) for found in row["faults"])
                self.stdout.write(f"  {_('Row')} {row['row']}: {reasons}")
        if options["refused"] and run.refused:
            shutil.copyfile(run.refused_path, options["refused"])
            self.stdout.write(str(options["refused"]))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def _adjusted(mapping: Mapping, options: dict[str, Any]) -> Mapping:
    """The proposal with what the command line says."""
    if options["source"]:
        mapping = replace(mapping, source=options["source"][:40])
    if options["event_name"]:
        mapping = replace(mapping, event_name=options["event_name"][:200])
    if options["as_of"]:
        mapping = replace(mapping, snapshot_on=options["as_of"].isoformat())
    if options["date_order"]:
        columns = tuple(replace(c, order=options["date_order"]) for c in mapping.columns)
        mapping = replace(mapping, columns=columns)
    return mapping
