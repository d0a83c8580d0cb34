from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.tree.models import Node, Tree
from banso.prove.tree.tests.builders import a_tree
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_journal_keeps_that_it_was_there(client: Client) -> None:
    tree = a_tree()
    client.force_login(a_user(role="viewer"))
    url = reverse("tree:drop_tree", args=[tree.pk])
    assert client.post(url).status_code == 403
    client.force_login(a_user(role="manager"))
    client.post(url)
    assert not Tree.objects.exists() and not Node.objects.exists()
    assert Entry.objects.get(kind="tree.removed").payload["name"] == "更新のツリー"
