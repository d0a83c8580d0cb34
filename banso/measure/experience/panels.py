from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from banso.listen.surveys.models import Asked, Survey, Wave
from banso.measure.experience.answers import version
from banso.measure.experience.presenting import cell
from banso.measure.experience.reads import waves
from banso.measure.experience.result import result_of
from banso.measure.experience.rules import ALL
from banso.measure.experience.wording import customers_and_people, points

MOST = 5


def result_address(wave: Wave) -> str:
    """The tree of what customers said; colleagues are asked something else."""
    if wave.survey.asked != Asked.CUSTOMERS:
        return ""
    return f"{reverse('experience:experience_result')}?wave={wave.pk}"


def results_panel(request: HttpRequest, survey: Survey) -> str:
    """What came of the latest waves; nothing before the first answer."""
    rows = []
    for wave in [one for one in waves() if one.survey_id == survey.pk][:MOST]:
        result = result_of(wave, {}, version(wave))
        whole = result.branches[ALL]
        rows.append({
            "wave": wave,
            "counts": customers_and_people(result.accounts, result.people),
            "intent": cell(whole.intent),
            "recommend": cell(whole.recommend, points),
        })  # fmt: skip
    if not rows:
        return ""
    return render_to_string("experience/results_panel.html", {"rows": rows}, request)
