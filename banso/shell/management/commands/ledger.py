from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from banso.prove.hypotheses.reads import ledger_state
from banso.shell.operations.language import of_the_operator


class Command(BaseCommand):
    help = "Prove that no hypothesis and no check was changed after it was written down."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(of_the_operator()):
            state = ledger_state()
            if state.broken_at:
                raise CommandError(_("The chain breaks at entry %(n)d.") % {"n": state.broken_at})
            if state.changed:
                numbers = ", ".join(map(str, state.changed))
                said = _("These hypotheses no longer say what was written down: %(numbers)s.")
                raise CommandError(said % {"numbers": numbers})
            told = {"n": state.entries, "digest": state.last_digest or "—"}
            self.stdout.write(_("The chain holds: %(n)d entries, last digest %(digest)s") % told)
