from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("", "/language/", 413),
        ("", "/sign-in/login/", 413),
        ("viewer", "/imports/upload/", 413),
        ("analyst", "/imports/upload/", 302),
    ],
)
def test_only_who_may_import_fills_the_disk(
    client: Client, settings: Settings, role: str, path: str, status: int
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    if role:
        client.force_login(a_user(role=role))
    rows = b"account_id,account_name\n" + b"A,Aoba\n" * 200
    answer = client.post(path, {"file": SimpleUploadedFile("a.csv", rows)})
    assert answer.status_code == status
