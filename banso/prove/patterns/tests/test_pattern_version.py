from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.patterns.tests.builders import a_pattern, page
from banso.prove.patterns.writes import rewrite_pattern
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_an_earlier_wording_is_read_with_its_situation_and_says_that_it_is_past(
    client: Client,
) -> None:
    owner = a_user()
    pattern = a_pattern(by=owner, query="industry=製造", what_to_do="電話する")
    words = {"name": "型", "occasion": "other", "in_whom": "x", "what_to_do": "会う",
             "content": "", "query": "", "filter_name": ""}  # fmt: skip
    rewrite_pattern(by=owner, pattern=pattern, seen=1, owner=owner, because="伝わらない", **words)
    first = page(client, "pattern_version", pattern.pk, 1)
    assert "電話する" in first
    assert "Industry: contains “製造”" in first
    assert "no longer in use" in first
    second = page(client, "pattern_version", pattern.pk, 2)
    assert "伝わらない" in second
    assert "no longer in use" not in second
    missing = reverse("patterns:pattern_version", args=[pattern.pk, 9])
    assert client.get(missing).status_code == 404
