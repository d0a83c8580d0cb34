from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.check import Command as DjangoCheck
from django.utils import translation
from django.utils.translation import gettext as _

from banso.shell.operations.checks import inspected
from banso.shell.operations.findings import PROBLEM, lines
from banso.shell.operations.language import of_the_operator


class Command(DjangoCheck):
    help = (
        "Check this installation: settings, database, events, jobs, worker, page files. With an "
        "app's name or an option, Django's own system checks alone."
    )

    def handle(self, *app_labels: Any, **options: Any) -> None:
        own = ("tags", "list_tags", "deploy", "databases")
        if app_labels or any(options[name] for name in own):
            super().handle(*app_labels, **options)
            return
        with translation.override(of_the_operator()):
            found = list(inspected())
            self.stdout.write(lines(found))
            problems = sum(one.state == PROBLEM for one in found)
            if problems:
                raise CommandError(_("Problems: %(n)d.") % {"n": problems})
            self.stdout.write(_("This Banso is sound."))
