from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.models import SavedView
from banso.know.accounts.tests.builders import an_account
from banso.prove.patterns.models import Pattern
from banso.prove.patterns.tests.builders import page
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
WORDS = {
    "name": "最初の日報", "occasion": "onboarding", "in_whom": "新規", "what_to_do": "一緒に書く",
    "content": "",
}  # fmt: skip


def test_a_csm_describes_one_and_nobody_types_its_level(client: Client) -> None:
    user = a_user()
    client.force_login(user)
    client.post("/patterns/new/", WORDS | {"owner": user.pk, "level": "L4"})
    pattern = Pattern.objects.get()
    assert (pattern.level, pattern.owner, pattern.by) == ("experience", user, user)


def test_a_viewer_may_not(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    assert client.post("/patterns/new/", WORDS).status_code == 403


def test_a_saved_view_becomes_its_situation_and_stays_what_it_was(client: Client) -> None:
    user = a_user()
    view = SavedView.objects.create(
        name="製造業", owner=user, query="industry=製造&sort=name&columns=owner"
    )
    client.force_login(user)
    client.post("/patterns/new/", WORDS | {"situation": view.pk})
    version = Pattern.objects.get().current
    assert version is not None
    assert version.filter_name == "製造業"
    assert "sort" not in version.query
    assert "industry" in version.query
    view.delete()
    an_account(industry="製造")
    assert "1 customer is in this situation now" in page(
        client, "pattern_detail", version.pattern_id
    )


def test_mine_means_somebody_else_for_each_reader(client: Client) -> None:
    user = a_user()
    view = SavedView.objects.create(name="私の", owner=user, query="owner=mine")
    client.force_login(user)
    answer = client.post("/patterns/new/", WORDS | {"situation": view.pk})
    assert answer.status_code == 400
    assert "mean other customers for each reader" in answer.content.decode()
    assert not Pattern.objects.exists()


def test_somebody_elses_own_view_cannot_be_taken(client: Client) -> None:
    view = SavedView.objects.create(name="内緒", owner=a_user(), query="industry=IT")
    client.force_login(a_user())
    assert client.post("/patterns/new/", WORDS | {"situation": view.pk}).status_code == 400


def test_empty_words_are_asked_for_again(client: Client) -> None:
    client.force_login(a_user())
    assert client.post("/patterns/new/", {"name": ""}).status_code == 400
