from __future__ import annotations

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.act.tasks.models import Task
from banso.act.tasks.writes import add_task
from banso.prove.hypotheses.models import Hypothesis, Level
from banso.prove.hypotheses.reads import latest_check
from banso.prove.hypotheses.wording import said_by
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.users.reads import organisation


@on("hypothesis.checked")
def tell_the_owner(entry: Entry) -> None:
    """Give the owner of a hypothesis the result of a check that was due or moved its level."""
    told = entry.payload
    about = f"hypothesis:{told['hypothesis']}:"
    source = f"{about}{told['check']}"
    moved = told["level_before"] != told["level_after"]
    waiting = Task.objects.filter(source__startswith=about, done_at=None)
    if (
        not (told["due"] or moved)
        or waiting.exists()
        or Task.objects.filter(source=source).exists()
    ):
        return
    hypothesis = Hypothesis.objects.select_related("owner", "metric").get(pk=told["hypothesis"])
    home = organisation()
    today = clock.today(home.time_zone)
    with translation.override(hypothesis.owner.language or home.language):
        title = _("Read the check of your hypothesis “%(statement)s”")
        lines = [said_by(latest_check(hypothesis), hypothesis, today)]
        if moved:
            levels = {
                name: str(Level(told[name]).label) for name in ("level_before", "level_after")
            }
            lines.append(_("Level: %(level_before)s → %(level_after)s.") % levels)
        if not hypothesis.retired_at:
            day = date_format(hypothesis.next_check_on, "DATE_FORMAT")
            lines.append(_("Next check: %(day)s.") % {"day": day})
        add_task(
            by=None,
            title=title % {"statement": hypothesis.statement[:120]},
            body="\n".join(lines),
            owner=hypothesis.owner,
            due_on=today,
            source=source,
        )
