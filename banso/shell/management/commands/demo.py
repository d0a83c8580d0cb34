from __future__ import annotations

import logging
import os
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from banso.shell.sample.company import COLLEAGUES, CUSTOMERS, NAME, PASSWORD
from banso.shell.sample.opening import OtherData, is_open, open_company

REFUSAL = """\
この Banso にはすでに別のデータがあるため、サンプルの会社は入れません。
空のフォルダーを指定してください: BANSO_HOME=var-demo banso demo
This Banso already holds other data, so the sample company stays out.
Name an empty folder: BANSO_HOME=var-demo banso demo"""

WELCOME = """
  {name}(サンプル / sample company)

  開く   / open      {url}
  パスワード / password  {password}
{people}
  {stop}
"""
STOP = "止めるには Ctrl+C / Ctrl+C stops it"
START = "始めるには / to start: banso serve --port {port}"
ROLES = {
    "administrator": "管理者 / administrator",
    "manager": "マネージャー / manager",
    "csm": "CSM",
    "analyst": "アナリスト / analyst",
    "viewer": "閲覧者 / viewer",
}


class Command(BaseCommand):
    help = "Fill an empty Banso with a sample company and serve it; a second run only serves."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--no-serve", action="store_true", help="fill it and stop")
        parser.add_argument("--customers", type=int, default=CUSTOMERS, help="how many customers")

    def handle(self, *args: Any, **options: Any) -> None:
        self.started = time.monotonic()
        logging.getLogger("banso").setLevel(logging.WARNING)  # progress is said in words
        call_command("migrate", verbosity=0)
        if is_open():
            self._say(f"the sample company is there already ({settings.HOME})")
        else:
            try:
                open_company(size=options["customers"], say=self._say)
            except OtherData:
                raise CommandError(REFUSAL) from None
            self._say("ready")
        self._welcome(options)
        if not options["no_serve"]:
            call_command("serve", host=options["host"], port=options["port"])

    def _say(self, text: str) -> None:
        self.stdout.write(f"  {time.monotonic() - self.started:4.0f} s  {text}")
        self.stdout.flush()

    def _welcome(self, options: dict[str, Any]) -> None:
        width = max(len(c.email) for c in COLLEAGUES)
        people = "".join(f"    {c.email:{width}}  {ROLES[c.role]}  {c.name}\n" for c in COLLEAGUES)
        self.stdout.write(
            WELCOME.format(
                name=NAME,
                url=f"http://localhost:{options['port']}",
                password=PASSWORD,
                people=people,
                stop=START.format(port=options["port"]) if options["no_serve"] else STOP,
            )
        )
