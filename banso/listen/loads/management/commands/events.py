from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from banso.listen.imports.meaning.mappings import Mapping
from banso.listen.imports.reading.faults import Unreadable, fault
from banso.listen.loads import reads, refused
from banso.listen.loads.drafting import proposed, sources_of
from banso.listen.loads.meaning.guess import UnknownField, changed, faults_of
from banso.listen.loads.models import RESUMABLE, STARTABLE, Load, State
from banso.listen.loads.presenting import counts_line, progress_line
from banso.listen.loads.rules import files_of
from banso.listen.loads.running import Outcome, run_to_end
from banso.listen.loads.sentences import sentence, sentence_of
from banso.listen.loads.writes import Source, Stopped, begin, draft_load, fail, resume, stop
from banso.shared.lake.writes import compact
from banso.shared.users.reads import organisation

LISTED = 20
WITH_REFUSED, INTERRUPTED = 3, 130


class Command(BaseCommand):
    help = (
        "Load history of usage events. Exit codes: 0 everything loaded, 1 nothing loaded, "
        "3 loaded but rows were refused, 130 stopped on the way."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser(
            "load", help="from Parquet, CSV, TSV and JSON lines, also in .gz and .zst"
        )
        load.add_argument("files", nargs="*", help="files, folders or patterns in quotes")
        load.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help="account, time, name, event_id, user, role, properties, properties.key or -",
        )
        load.add_argument("--source", default="", help="the system the ids come from")
        load.add_argument("--time-zone", default="", help="of times without a zone")
        load.add_argument("--event-name", default="", help="for files without a name column")
        load.add_argument("--encoding", default="", help="when the guess is wrong: utf-8, cp932 …")
        load.add_argument("--dry-run", action="store_true", help="check only, load nothing")
        load.add_argument("--resume", action="store_true", help="go on with a load that stopped")
        load.add_argument("--refused", type=Path, help="write refused rows here (.csv or .jsonl)")
        load.add_argument("--language", choices=("ja", "en"), default="")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"] or organisation().language):
            load = self._resumed(options) if options["resume"] else self._begun(options)
            outcome = self._run(load)
            self._report(load, outcome, options)
        if outcome is Outcome.TOLD_TO_LEAVE:
            sys.exit(INTERRUPTED)
        if load.refused:
            sys.exit(WITH_REFUSED)

    def _begun(self, options: dict[str, Any]) -> Load:
        paths = _paths(options["files"])
        if not paths:
            raise CommandError(sentence(fault("no_files", path="…")))
        before = reads.unfinished_over(paths)
        if before and before.rows and before.state in RESUMABLE:
            self.stdout.write(
                _("An earlier load of these files stopped; --resume goes on with it.")
            )
        sources = self._sources(paths, options["encoding"])
        mapping = _mapping(sources, options)
        self._say_mapping(mapping)
        zone = _zone(options["time_zone"])
        load = draft_load(by=None, sources=sources, mapping=mapping, time_zone=zone)
        begin(by=None, load=load, check_only=options["dry_run"], in_worker=False)
        return load

    def _sources(self, paths: list[Path], encoding: str) -> list[Source]:
        try:
            return sources_of(paths, encoding=encoding)
        except Unreadable as error:
            raise CommandError(sentence(error.fault)) from error

    def _resumed(self, options: dict[str, Any]) -> Load:
        load = reads.unfinished_over(_paths(options["files"]))
        if load is None:
            raise CommandError(_("There is no load of these files that stopped on the way."))
        try:
            if load.state in STARTABLE:
                begin(by=None, load=load, check_only=False, in_worker=False)
            else:
                resume(by=None, load=load, in_worker=False, left_running=True)
        except Stopped as error:
            raise CommandError(_("This load is being checked right now.")) from error
        self.stdout.write(_("Resumed behind row %(rows)s.") % {"rows": f"{load.rows:,}"})
        return load

    def _say_mapping(self, mapping: Mapping) -> None:
        for column in mapping.columns:
            field = column.target if column.target != "prop" else f"properties.{column.key}"
            self.stdout.write(f"  {column.name} → {field or '-'}")

    def _run(self, load: Load) -> Outcome:
        said = [time.monotonic()]
        with _told_to_stop() as told:

            def leave() -> bool:
                if time.monotonic() - said[0] > 1:
                    said[0] = time.monotonic()
                    self.stderr.write(progress_line(_fresh(load), reads.progress_of(load)))
                return bool(told)

            try:
                outcome = run_to_end(load, leave=leave, drain=lambda: _drain(load))
            except Unreadable as error:
                fail(load=load, found=error.fault)
                raise CommandError(sentence(error.fault)) from error
            except Stopped:
                outcome = Outcome.TOLD_TO_LEAVE
            if outcome is Outcome.TOLD_TO_LEAVE:
                stop(by=None, load=load)
        load.refresh_from_db()
        return outcome

    def _report(self, load: Load, outcome: Outcome, options: dict[str, Any]) -> None:
        self.stdout.write(counts_line(load))
        if load.unknown:
            self.stdout.write(
                _("%(count)s events are of customers that are not here yet; they are kept for them")
                % {"count": f"{load.unknown:,}"}
            )
        kept = refused.lines(load.refused_path, length=load.refused_bytes, most=LISTED)
        for line in kept:
            self.stdout.write(f"  {line.file} {_('Row')} {line.number}: {line.reason}")
        if options["refused"] and load.refused:
            _write_refused(load, options["refused"])
            self.stdout.write(str(options["refused"]))
        if outcome is Outcome.TOLD_TO_LEAVE:
            self.stdout.write(_("Stopped. --resume goes on behind the last row that was saved."))
        elif load.state == State.FAILED:
            raise CommandError(sentence_of(load.error))


def _fresh(load: Load) -> Load:
    return Load.objects.get(pk=load.pk)


def _drain(load: Load) -> None:
    """Let the lake catch up: here, since a worker may not be running."""
    compact()


def _paths(wanted: list[str]) -> list[Path]:
    try:
        return files_of(wanted)
    except (FileNotFoundError, ValueError, NotImplementedError) as error:
        raise CommandError(sentence(fault("no_files", path=str(error)))) from error


def _mapping(sources: list[Source], options: dict[str, Any]) -> Mapping:
    """The guess with what the command line says."""
    mapping = proposed([source.looked for source in sources])
    given = {}
    for text in options["map"]:
        column, sign, word = text.rpartition("=")
        if not sign:
            raise CommandError(sentence(fault("unknown_field", word=text)))
        given[column] = word
    try:
        mapping = changed(mapping, given)
    except UnknownField as error:
        raise CommandError(sentence(fault("unknown_field", word=str(error)))) from error
    if options["source"]:
        mapping = replace(mapping, source=options["source"][:40])
    if options["event_name"]:
        mapping = replace(mapping, event_name=options["event_name"][:200])
    wrong = faults_of(mapping)
    if wrong:
        raise CommandError("\n".join(sentence(found) for found in wrong))
    return mapping


def _zone(text: str) -> str:
    name = text or organisation().time_zone
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise CommandError(sentence(fault("unknown_zone", text=name))) from error


@contextmanager
def _told_to_stop() -> Iterator[list[int]]:
    """Collects Ctrl-C and SIGTERM, so that a block is ended first; the second one ends at once."""
    told: list[int] = []
    before: dict[int, Any] = {}

    def note(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        signal.signal(number, before[number])

    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, note)
    except ValueError:  # not the main thread: nobody presses Ctrl-C there
        yield told
        return
    try:
        yield told
    finally:
        for caught, handler in before.items():
            signal.signal(caught, handler)


def _write_refused(load: Load, path: Path) -> None:
    length = load.refused_bytes
    if path.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        path.write_bytes(b"".join(refused.as_json_lines(load.refused_path, length=length)))
    else:
        text = "".join(refused.as_csv(load.refused_path, length=length))
        path.write_text(text, encoding="utf-8", newline="")
