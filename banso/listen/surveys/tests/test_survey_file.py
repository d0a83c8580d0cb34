from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.files import definition_in
from banso.listen.surveys.reads import definition_of, newest_version
from banso.listen.surveys.tests.builders import a_survey
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_file_of_a_survey_reads_back_as_it_was(client: Client) -> None:
    survey = a_survey(name="満足度 2026")
    client.force_login(a_user(role="viewer"))
    response = client.get(reverse("surveys:survey_file", args=[survey.pk]))
    assert response["Content-Type"] == "application/json"
    assert "attachment" in response["Content-Disposition"]
    found, said = definition_in(response.content)
    assert (found, said) == (definition_of(newest_version(survey)), [])
