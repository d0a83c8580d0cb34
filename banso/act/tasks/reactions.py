from __future__ import annotations

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.act.tasks.models import Task
from banso.act.tasks.writes import add_task
from banso.prove.hypotheses.models import Hypothesis, Level
from banso.prove.hypotheses.reads import latest_check
from banso.prove.hypotheses.wording import said_by
from banso.prove.patterns.models import LevelChange
from banso.prove.prediction.alternative_words import quarter_told
from banso.prove.prediction.models import ScoreQuarter
from banso.prove.scenarios.models import WhatIf
from banso.prove.scenarios.wording import outcome_told as came_told
from banso.prove.worth.models import Scenario
from banso.prove.worth.presenting import outcome_told
from banso.prove.worth.reads import first_estimate
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.users.models import User
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


@on("scenario.compared")
def tell_whoever_reckoned(entry: Entry) -> None:
    """Give the owner of a saved what-if what came by its day."""
    source = f"scenario:{entry.payload['scenario']}"
    if Task.objects.filter(source=source).exists():
        return
    scenario = Scenario.objects.select_related("owner", "outcome").get(pk=entry.payload["scenario"])
    home = organisation()
    language = (scenario.owner.language if scenario.owner else "") or home.language
    with translation.override(language):
        add_task(
            by=None,
            title=_("Read what came of “%(name)s”") % {"name": scenario.name},
            body=outcome_told(scenario.outcome, first_estimate(scenario).figures),
            owner=scenario.owner,
            due_on=clock.today(home.time_zone),
            source=source,
        )


@on("what_if.compared")
def tell_whoever_tried(entry: Entry) -> None:
    """Give the owner of a kept what-if of the experience tree what came by its day."""
    source = f"what_if:{entry.payload['what_if']}"
    if Task.objects.filter(source=source).exists():
        return
    what_if = WhatIf.objects.select_related("owner", "came").get(pk=entry.payload["what_if"])
    home = organisation()
    language = (what_if.owner.language if what_if.owner else "") or home.language
    with translation.override(language):
        add_task(
            by=None,
            title=_("Read what came of “%(name)s”") % {"name": what_if.name},
            body=came_told(what_if.came, what_if.figures),
            owner=what_if.owner,
            due_on=clock.today(home.time_zone),
            source=source,
        )


@on("score.drifted")
def look_into_the_score(entry: Entry) -> None:
    """A quarter's renewals left the forecast's limits: whoever saved the weights looks into it."""
    quarter = ScoreQuarter.objects.select_related("model__saved_by").get(
        pk=entry.payload["quarter"]
    )
    source = f"score_quarter:{quarter.pk}"
    owner = _keeper(quarter.model.saved_by if quarter.model else None)
    if owner is None or Task.objects.filter(source=source).exists():
        return
    home = organisation()
    with translation.override(owner.language or home.language):
        add_task(
            by=None,
            title=_("The health score no longer foretells renewals: look into it"),
            body="\n".join(
                [
                    quarter_told(quarter),
                    _("That is further apart than chance makes it: look into it."),
                    _("What changed: prices, the product, who buys? The page “Is the score right?” "
                      "has the quarters."),
                ]
            ),
            owner=owner,
            due_on=clock.today(home.time_zone),
            source=source,
        )  # fmt: skip


def _keeper(saved_by: User | None) -> User | None:
    """Who saved the weights, or else the first of those who may."""
    if saved_by is not None and saved_by.is_active and saved_by.may("define"):
        return saved_by
    active = User.objects.filter(is_active=True).order_by("pk")
    return next((user for user in active if user.may("define")), None)


@on("pattern.level_moved")
def tell_who_looks_after_the_pattern(entry: Entry) -> None:
    """A pattern fell: its owner should know before others go on repeating it."""
    if not entry.payload["fell"]:
        return
    change = LevelChange.objects.select_related("pattern__current", "pattern__owner").get(
        pk=entry.payload["change"]
    )
    owner, source = change.pattern.owner, f"pattern_level:{change.pk}"
    if owner is None or change.pattern.removed_at or Task.objects.filter(source=source).exists():
        return
    home = organisation()
    with translation.override(owner.language or home.language):
        levels = {
            "before": change.get_before_display(),
            "after": change.get_after_display(),
        }
        title = _("The evidence of “%(name)s” fell: is it still a winning pattern?")
        add_task(
            by=None,
            title=title % {"name": str(change.pattern)[:120]},
            body=_("Level: %(before)s → %(after)s.") % levels,
            owner=owner,
            due_on=clock.today(home.time_zone),
            source=source,
        )
