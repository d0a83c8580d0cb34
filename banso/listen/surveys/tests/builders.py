from __future__ import annotations

from datetime import date
from typing import Any

from banso.listen.surveys.catalog.experience import TEMPLATE
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Response, Survey, Wave
from banso.listen.surveys.writes import create_survey, create_wave, keep_handed_in
from banso.shared import clock

CALM = {"trouble": "no", "satisfaction": 4, "intent": 4, "recommend": 8, "miss": 2}
PLEASED = {
    "trouble": "yes",
    "trouble_kind": ["operation"],
    "consulted": "yes",
    "channel": ["csm"],
    "answer": "above",
    "satisfaction": 5,
    "intent": 5,
    "recommend": 10,
    "miss": 3,
}
SILENT = {
    "trouble": "yes",
    "trouble_kind": ["best_use"],
    "consulted": "no",
    "why_not": ["where"],
    "satisfaction": 2,
    "intent": 2,
    "recommend": 3,
    "miss": 1,
}


def a_survey(
    *, name: str = "満足度調査", definition: Definition = TEMPLATE.definition, **fields: Any
) -> Survey:
    return create_survey(by=None, name=name, definition=definition, **fields)


def a_wave(
    *,
    name: str = "2026",
    opens_on: date | None = None,
    definition: Definition = TEMPLATE.definition,
    **fields: Any,
) -> Wave:
    """The first wave of a new experience survey."""
    survey = create_survey(by=None, name="満足度調査", definition=definition, template="experience")
    version = survey.versions.get()
    day = opens_on or clock.today()
    return create_wave(by=None, version=version, name=name, opens_on=day, **fields)


def a_response(wave: Wave, answers: dict[str, Any], **fields: Any) -> Response:
    """Handed in today, unless ``submitted_on`` says otherwise; account and person as given."""
    fields.setdefault("submitted_on", clock.today())
    fields.setdefault("origin", Response.Origin.LINK)
    response = Response(wave=wave, version=wave.version, **fields)
    keep_handed_in(rows=[(response, TEMPLATE.definition, answers)])
    return response
