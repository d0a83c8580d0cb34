from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.users.tests.builders import a_user


@pytest.mark.django_db
def test_the_shown_columns_stand_first_and_the_question_is_kept(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    answer = client.get("/customers/columns/?columns=mrr,owner&industry=製造&sort=-mrr")
    choices = answer.context["choices"]
    assert choices[:2] == [("mrr", "MRR", True), ("owner", "自社担当者", True)]
    assert not any(is_shown for _key, _label, is_shown in choices[2:])
    page = answer.content.decode()
    assert 'name="industry" value="製造"' in page
    assert 'aria-label="「MRR」を前へ"' in page
