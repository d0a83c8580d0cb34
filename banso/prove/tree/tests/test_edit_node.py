from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.tree.tests.builders import a_node, a_tree
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_target_in_percent_is_kept_as_a_share(client: Client) -> None:
    tree = a_tree()
    root = a_node(tree)
    client.force_login(a_user(role="manager"))
    url = reverse("tree:edit_node", args=[root.pk])
    client.post(url, {"target": "92.5", "target_on": "2027-03-31"})
    root.refresh_from_db()
    assert root.target == pytest.approx(0.925)
    assert root.target_on == date(2027, 3, 31)


def test_nonsense_is_refused_in_words(client: Client) -> None:
    node = a_node(a_tree(), "real")
    client.force_login(a_user(role="manager", language="en"))
    url = reverse("tree:edit_node", args=[node.pk])
    page = client.post(url, {"direction": "more", "target": "many"}, follow=True)
    assert "Enter a number." in page.content.decode()
