from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from banso.shell.operations import lake_check
from banso.shell.operations.checks import of_the_database
from banso.shell.operations.findings import PROBLEM, Finding, lines
from banso.shell.operations.language import of_the_operator


class Command(BaseCommand):
    help = (
        "“lake check” proves that every acknowledged event is there once: the ledger, the list of "
        "files, the files and their rows say the same. Reads only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["check"])

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(of_the_operator()):
            found = list(self._inspected())
            self.stdout.write(lines(found))
            problems = sum(one.state == PROBLEM for one in found)
            if problems:
                raise CommandError(_("Problems: %(n)d.") % {"n": problems})
            self.stdout.write(_("Every acknowledged event is there once."))

    @staticmethod
    def _inspected() -> list[Finding]:
        database = [one for one in of_the_database() if one.state == PROBLEM]
        return database or list(lake_check.of_everything())
