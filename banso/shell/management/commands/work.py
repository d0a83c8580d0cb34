from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from banso.shared.journal.jobs import run_owed, work_in_lanes
from banso.shared.journal.writes import retry_given_up


class Command(BaseCommand):
    help = "Pay what is owed: reactions, imports, metrics. Runs until stopped; several may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="pay what is due now and leave")
        parser.add_argument("--retry", action="store_true", help="take up what was given up, too")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retry"]:
            self.stdout.write(f"{retry_given_up()} jobs taken up again")
        if options["once"]:
            self.stdout.write(f"{run_owed()} jobs done")
            return
        stop = threading.Event()

        def leave(_signal: int, _frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, leave)
        signal.signal(signal.SIGINT, leave)
        work_in_lanes(stop)
