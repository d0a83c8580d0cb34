from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from banso.shell.operations.contents import Refused, summary
from banso.shell.operations.language import of_the_terminal
from banso.shell.operations.lines import table
from banso.shell.operations.restore import restore


class Command(BaseCommand):
    help = "Put a backup into an empty installation; every file is verified before it is in place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="what banso backup has written")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(of_the_terminal() or "en"):
            try:
                contents = restore(options["source"], say=self.stdout.write)
            except Refused as error:
                raise CommandError(str(error)) from None
            self.stdout.write(table(summary(contents)))
            for name in contents.missing:
                self.stderr.write(_("Missing in the backup: %(file)s") % {"file": name})
            self.stdout.write(
                _("Restored, as of %(moment)s (UTC). Now run “banso check”, then “banso serve”.")
                % {"moment": f"{contents.made_at:%Y-%m-%d %H:%M}"}
            )
