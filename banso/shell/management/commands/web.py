from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Serve the pages and take events; run `banso work` beside it."
    target = "banso.shell.rsgi:application"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--workers", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        from granian.constants import Interfaces, RuntimeModes
        from granian.server import Server

        Server(
            self.target,
            address=options["host"],
            port=options["port"],
            interface=Interfaces.RSGI,
            workers=options["workers"],
            runtime_mode=RuntimeModes.st,
            websockets=False,
            log_enabled=False,
        ).serve()
