from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from banso.listen.surveys.catalogue import templates
from banso.listen.surveys.definition import as_document, faults
from banso.listen.surveys.editing import untranslated
from banso.listen.surveys.files import LARGEST_FILE, as_file
from banso.listen.surveys.models import Survey
from banso.listen.surveys.reads import definition_of, newest_version
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = reverse("surveys:survey_new")
EXPERIENCE = templates()["experience"].definition


def test_the_catalogue_holds_what_the_issue_names() -> None:
    assert list(templates()) == ["experience", "nps", "csat", "ces", "customer_success"]


@pytest.mark.parametrize("key", templates())
def test_each_template_can_be_asked_in_both_languages(key: str) -> None:
    definition = templates()[key].definition
    assert faults(definition) == []
    assert untranslated(definition, "ja") == untranslated(definition, "en") == []


@pytest.mark.parametrize("key", templates())
def test_a_survey_begins_with_a_template(client: Client, key: str) -> None:
    client.force_login(a_user(role="analyst"))
    response = client.post(URL, {"template": key})
    survey = Survey.objects.get()
    assert response["Location"] == reverse("surveys:survey_edit", args=[survey.pk])
    assert definition_of(newest_version(survey)) == templates()[key].definition
    assert survey.asked == templates()[key].asked


def test_a_survey_begins_with_nothing_and_a_name(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    shown = client.post(URL, {"template": "", "name": ""}).content.decode()
    assert "Give the survey a name." in shown
    client.post(URL, {"template": "", "name": "研修のあと", "asked": "colleagues"})
    survey = Survey.objects.get()
    assert (survey.name, survey.asked) == ("研修のあと", "colleagues")
    assert definition_of(newest_version(survey)).pages == []


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_those_who_may_not_define_may_not_make_one(client: Client, role: str) -> None:
    client.force_login(a_user(role=role))
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"template": "nps"}).status_code == 403
    assert not Survey.objects.exists()


def _sent(client: Client, content: bytes) -> str:
    client.force_login(a_user(role="analyst"))
    file = SimpleUploadedFile("survey.json", content, "application/json")
    return client.post(URL, {"template": "file", "file": file}, follow=True).content.decode()


def test_a_survey_begins_with_the_file_of_another(client: Client) -> None:
    _sent(client, as_file(EXPERIENCE))
    assert definition_of(newest_version(Survey.objects.get())) == EXPERIENCE


def changed(**fields: Any) -> bytes:
    document = as_document(EXPERIENCE)
    document["pages"][0]["questions"][0].update(fields)
    return json.dumps(document, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is not JSON."),
        (b"{", "The file is not JSON."),
        (b"\xff\xfe\x00", "The file is not JSON."),
        (b'{"pages": [' * 50_000, "This is not the file of a survey"),
        (b"[]", "This is not the file of a survey"),
        (b'{"pages": [{"questions": [{"key": 1}]}]}', "This is not the file of a survey"),
        (b'{"pages": [], "script": 1}', "This is not the file of a survey"),
        (b'{"pages": []}', "There is no question yet."),
        (changed(key="trouble}"), "A key may hold letters, digits"),
        (changed(title={"ja": "a\x00b"}), "A text holds characters that cannot be kept"),
        (changed(title={"fr": "Bonjour"}), "other than Japanese and English"),
        (changed(title={"ja": "あ" * 1001}), "more than 1000 characters"),
        (b" " * (LARGEST_FILE + 1), "larger than 1 MB"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(client: Client, content: bytes, said: str) -> None:
    shown = _sent(client, content)
    assert said in shown or (content == b"" and "empty" in shown)
    assert not Survey.objects.exists()


def test_a_template_that_is_none_is_refused(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    shown = client.post(URL, {"template": "../secrets"}).content.decode()
    assert "Choose one of the surveys below" in shown
    assert "Choose the file" in client.post(URL, {"template": "file"}).content.decode()
