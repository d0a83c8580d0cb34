from __future__ import annotations

import pytest
from django.test import Client

from banso.prove.patterns.models import Pattern
from banso.prove.patterns.tests.builders import a_pattern, page
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def words(pattern: Pattern, **changed: str) -> dict[str, str]:
    version = Pattern.objects.get(pk=pattern.pk).current
    assert version is not None
    names = ("name", "occasion", "in_whom", "what_to_do", "content")
    said = {name: str(getattr(version, name)) for name in names}
    return said | {"seen": str(version.number)} | changed


def test_a_change_keeps_the_version_before(client: Client) -> None:
    owner = a_user()
    pattern = a_pattern(by=owner, what_to_do="電話する")
    client.force_login(owner)
    changed = words(pattern, what_to_do="会いに行く", because="電話では伝わらない")
    client.post(f"/patterns/{pattern.pk}/edit/", changed)
    assert "会いに行く" in page(client, "pattern_detail", pattern.pk)
    before = page(client, "pattern_version", pattern.pk, 1)
    assert "電話する" in before
    assert "no longer in use" in before
    assert "電話では伝わらない" in page(client, "pattern_detail", pattern.pk)


def test_saving_without_a_change_makes_no_version(client: Client) -> None:
    owner = a_user()
    pattern = a_pattern(by=owner)
    client.force_login(owner)
    client.post(f"/patterns/{pattern.pk}/edit/", words(pattern) | {"owner": owner.pk})
    assert pattern.versions.count() == 1


def test_two_who_change_it_at_once_do_not_overwrite_each_other(client: Client) -> None:
    owner = a_user()
    pattern = a_pattern(by=owner)
    client.force_login(owner)
    first, second = words(pattern, name="甲"), words(pattern, name="乙")
    client.post(f"/patterns/{pattern.pk}/edit/", first)
    answer = client.post(f"/patterns/{pattern.pk}/edit/", second)
    assert "changed it meanwhile" in answer.content.decode()
    assert str(Pattern.objects.select_related("current").get()) == "甲"


def test_only_owner_author_and_who_defines_may(client: Client) -> None:
    pattern = a_pattern()
    for role, status in (("csm", 403), ("viewer", 403), ("analyst", 200), ("manager", 200)):
        client.force_login(a_user(role=role))
        assert client.get(f"/patterns/{pattern.pk}/edit/").status_code == status
