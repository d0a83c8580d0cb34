from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from banso.shell.operations.backup import back_up
from banso.shell.operations.contents import SECRET, Refused, summary
from banso.shell.operations.language import of_the_operator
from banso.shell.operations.lines import table


class Command(BaseCommand):
    help = "Write one consistent moment of everything to a file or folder, while others work on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="….tar.zst, ….tar.gz, or a new folder")
        parser.add_argument("--with-secret", action="store_true", help="include the secret key")
        parser.add_argument(
            "--allow-missing", action="store_true", help="go on without event files that are lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(of_the_operator()):
            try:
                contents = back_up(
                    options["target"],
                    with_secret=options["with_secret"],
                    allow_missing=options["allow_missing"],
                )
            except Refused as error:
                raise CommandError(str(error)) from None
            if options["verbosity"]:
                self.stdout.write(table(summary(contents)))
                self.stdout.write(_("Backed up to %(path)s") % {"path": options["target"]})
            for name in contents.missing:
                self.stderr.write(_("Missing, not backed up: %(file)s") % {"file": name})
            if options["verbosity"] and SECRET not in contents.files:
                self.stdout.write(
                    _("The secret key is not in it (--with-secret): users sign in again after it.")
                )
