from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.imports.guessing import propose
from banso.listen.imports.meaning.kinds import KINDS
from banso.listen.imports.meaning.mappings import problems
from banso.listen.imports.tests.builders import an_upload
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_is_recognised_when_it_comes_back(
    client: Client, kind: str, language: str
) -> None:
    client.force_login(a_user(role="manager", language=language))
    answer = client.get(reverse("imports:import_sample", args=[kind]))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    mapping = propose(an_upload(content)).mapping
    assert mapping is not None
    assert (mapping.kind, problems(mapping)) == (kind, [])
    own = [column.name for column in mapping.columns if column.target == "custom"]
    assert own == []


def test_an_unknown_kind_is_not_found(client: Client) -> None:
    client.force_login(a_user())
    assert client.get(reverse("imports:import_sample", args=["weather"])).status_code == 404
