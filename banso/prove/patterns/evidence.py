"""What this stage itself lets a pattern be linked to: findings, hypotheses and measures."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.prove.effects.models import Measure, MeasureState
from banso.prove.effects.models import Verdict as Worked
from banso.prove.effects.reads import latest_result, measures
from banso.prove.effects.wording import headline
from banso.prove.hypotheses.models import Hypothesis, Level, Result
from banso.prove.hypotheses.reads import latest_check
from banso.prove.hypotheses.wording import said_by
from banso.prove.patterns.rules import AGAINST_IT, FOR, Standing
from banso.prove.patterns.sources import PatternSource, Told, pattern_sources
from banso.prove.studies.models import Finding, Verdict
from banso.prove.studies.reads import findings_of_run, latest_run
from banso.prove.studies.wording import direction_told, sentence
from banso.shared import clock

OPEN = Standing()


def _finding(reference: str) -> tuple[Finding | None, str]:
    """What the newest run found about a metric or attribute, and the direction that was linked."""
    key, _sep, direction = reference.rpartition(":")
    run = latest_run()
    found = run.findings.filter(key=key).select_related("run").first() if run else None
    return found, direction


def finding_choices() -> list[tuple[str, str]]:
    """What goes with renewal today, with its direction: that is what the link stands for."""
    run = latest_run()
    return [
        (f"{found.key}:{found.numbers['direction']}", direction_told(found))
        for found in (findings_of_run(run) if run else [])
        if found.verdict == Verdict.ASSOCIATED and found.numbers.get("direction")
    ]


def finding_told(reference: str) -> Told | None:
    found, direction = _finding(reference)
    if found is None:
        return None
    said = sentence(found, clock.today())
    if found.verdict == Verdict.ASSOCIATED and found.numbers.get("direction") != direction:
        said = _("%(said)s It was linked when it went the other way.") % {"said": said}
    address = reverse("studies:evidence_finding", args=[found.pk])
    return Told(found.label, address, said, "chart-dots")


def finding_standing(reference: str) -> Standing:
    found, direction = _finding(reference)
    if found is None:
        return OPEN
    if found.verdict == Verdict.NO_ASSOCIATION:
        return Standing(AGAINST_IT, 1)
    if found.verdict != Verdict.ASSOCIATED:
        return OPEN
    rung = 2 if found.level == "L2" else 1
    same = found.numbers.get("direction") == direction
    return Standing(FOR if same else AGAINST_IT, rung)


def _hypothesis(reference: str) -> Hypothesis | None:
    number = int(reference) if reference.isdecimal() else 0
    return Hypothesis.objects.select_related("metric").filter(pk=number).first()


def hypothesis_choices() -> list[tuple[str, str]]:
    found = Hypothesis.objects.filter(retired_at=None).order_by("-pk")
    return [(str(pk), text) for pk, text in found.values_list("pk", "statement")]


def hypothesis_told(reference: str) -> Told | None:
    found = _hypothesis(reference)
    if found is None:
        return None
    said = said_by(latest_check(found), found, clock.today())
    said = _("%(level)s. %(said)s") % {"level": found.get_level_display(), "said": said}
    address = reverse("hypotheses:hypothesis_detail", args=[found.pk])
    return Told(found.statement, address, said, "bulb")


def hypothesis_standing(reference: str) -> Standing:
    """Retired by its checks it speaks against; retired by hand it says nothing any more."""
    found = _hypothesis(reference)
    if found is None:
        return OPEN
    if found.level in (Level.ASSOCIATED, Level.REPLICATED):
        return Standing(FOR, 1)
    if found.level == Level.RETIRED and found.retired_because == Result.CONTRARY:
        return Standing(AGAINST_IT, 1)
    return OPEN


def _measure(reference: str) -> Measure | None:
    return measures().filter(pk=int(reference) if reference.isdecimal() else 0).first()


def measure_choices() -> list[tuple[str, str]]:
    return [(str(m.pk), m.name) for m in measures().exclude(state=MeasureState.DRAFT)]


def measure_told(reference: str) -> Told | None:
    found = _measure(reference)
    if found is None:
        return None
    address = reverse("effects:measure_detail", args=[found.pk])
    return Told(found.name, address, headline(found, latest_result(found)), "test-pipe")


def measure_standing(reference: str) -> Standing:
    found = _measure(reference)
    result = latest_result(found) if found else None
    if found is None or result is None:
        return OPEN
    if result.verdict == Worked.NONE:  # its level says so; how strict it was, its design
        return Standing(AGAINST_IT, 4 if found.is_holdout else 2)
    if result.verdict not in (Worked.BETTER, Worked.WORSE) or result.level not in (
        "L2", "L3", "L4",
    ):  # fmt: skip
        return OPEN
    says = FOR if result.verdict == Worked.BETTER else AGAINST_IT
    return Standing(says, int(result.level[1]))


def fill_built_in() -> None:
    """The three kinds of evidence that this stage has."""
    made = {
        "hypotheses": PatternSource(
            gettext_lazy("Hypotheses"), hypothesis_choices, hypothesis_told, hypothesis_standing
        ),
        "measures": PatternSource(
            gettext_lazy("Measures taken"), measure_choices, measure_told, measure_standing
        ),
        "findings": PatternSource(
            gettext_lazy("Evidence"), finding_choices, finding_told, finding_standing
        ),
    }
    for place, (key, source) in enumerate(made.items()):
        pattern_sources.fill(key, source, order=10 * (place + 1))
