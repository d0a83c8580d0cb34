from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from banso.know.accounts.models import SavedView
from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_filters_order_and_columns_come_back(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    an_account(name="高", industry="IT", mrr_minor=2)
    an_account(name="低", industry="IT", mrr_minor=1)
    an_account()
    query = "industry=IT&sort=-mrr&columns=mrr,industry&page=3&view=77"
    answer = client.post("/customers/views/save/", {"name": "IT企業", "query": query}, follow=True)
    assert "ビュー「IT企業」を保存しました。" in answer.content.decode()
    view = SavedView.objects.get()
    assert parse_qs(view.query) == {
        "industry": ["IT"], "sort": ["-mrr"], "columns": ["mrr,industry"],
    }  # fmt: skip
    assert parse_qs(urlsplit(answer.redirect_chain[0][0]).query)["view"] == [str(view.pk)]
    assert [account.name for account in answer.context["page"].accounts] == ["高", "低"]
    assert [head.label for head in answer.context["heads"]] == ["MRR", "業種"]
    assert answer.context["tabs"][-1].is_here


def test_the_same_name_replaces_the_own_view_only(client: Client) -> None:
    first, second = a_user(), a_user()
    for user, query in ((first, "q=a"), (second, "q=b"), (first, "q=c")):
        client.force_login(user)
        client.post("/customers/views/save/", {"name": "mine", "query": query})
    assert set(SavedView.objects.values_list("owner", "query")) == {
        (first.pk, "q=c"), (second.pk, "q=b"),
    }  # fmt: skip


def test_a_personal_view_stays_personal_and_a_shared_one_is_seen(client: Client) -> None:
    client.force_login(a_user())
    client.post("/customers/views/save/", {"name": "私用", "query": "q=a"})
    client.post("/customers/views/save/", {"name": "共有", "query": "q=a", "is_shared": "on"})
    client.force_login(a_user(role="viewer"))
    labels = [tab.label for tab in client.get("/customers/").context["tabs"]]
    assert "共有" in labels
    assert "私用" not in labels


def test_a_view_needs_a_name(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    page = client.post("/customers/views/save/", {"name": " ", "query": "q=a"}, follow=True)
    assert "ビューの名前を80文字以内で入力してください。" in page.content.decode()
    assert not SavedView.objects.exists()
