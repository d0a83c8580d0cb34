from __future__ import annotations

from django.db.models import QuerySet

from banso.listen.surveys.definition import Definition, parse
from banso.listen.surveys.models import Response, Survey, SurveyVersion, Wave


def newest_version(survey: Survey) -> SurveyVersion:
    """The version that the editor shows: the last one, locked or not."""
    return survey.versions.order_by("-number")[0]


def definition_of(version: SurveyVersion) -> Definition:
    return parse(version.definition)


def handed_in(wave: Wave) -> QuerySet[Response]:
    """The answers that count: handed in, half-filled ones left out.

    ``submitted_on`` and not ``submitted_at`` says so, since anonymous answers keep the day alone.
    """
    return Response.objects.filter(wave=wave, submitted_on__isnull=False)
