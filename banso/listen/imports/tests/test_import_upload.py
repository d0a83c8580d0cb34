from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.imports.models import ImportRun, Upload
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
UPLOAD = reverse("imports:import_upload")


def a_file(content: bytes, name: str = "顧客一覧.csv") -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def test_a_file_is_kept_under_a_name_nobody_guesses_and_leads_to_its_columns(
    client: Client,
) -> None:
    client.force_login(a_user(role="manager"))
    answer = client.post(UPLOAD, {"file": a_file(b"account_id,account_name\nA,Aoba\n")})
    run = ImportRun.objects.get()
    assert answer.headers["Location"] == reverse("imports:import_mapping", args=[run.pk])
    assert (run.kind, run.upload.name) == ("accounts", "顧客一覧.csv")
    assert run.upload.path.read_bytes().startswith(b"account_id")
    assert "顧客" not in run.upload.stored_as
    assert len(run.upload.stored_as) == 32
    assert run.upload.path.stat().st_mode & 0o077 == 0


def test_several_files_lead_to_the_list(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    files = [
        a_file(b"account_id,account_name\nA,Aoba\n"),
        a_file(b"name,email\nS,s@x.jp\n", "p.csv"),
    ]
    answer = client.post(UPLOAD, {"file": files})
    assert answer.headers["Location"] == reverse("imports:import_list")
    assert sorted(ImportRun.objects.values_list("kind", flat=True)) == ["accounts", "people"]


def test_a_wrong_file_is_refused_with_a_sentence_and_not_kept(client: Client) -> None:
    client.force_login(a_user(role="manager", language="ja"))
    answer = client.post(UPLOAD, {"file": a_file(b"%PDF-1.7", "a.pdf")})
    assert answer.status_code == 400
    assert "表のファイルではありません" in answer.content.decode()
    assert not Upload.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "csm"])
def test_only_some_roles_may(client: Client, role: str) -> None:
    client.force_login(a_user(role=role, language="en"))
    answer = client.post(UPLOAD, {"file": a_file(b"account_id,account_name\nA,Aoba\n")})
    assert answer.status_code == 403
    assert "Your role cannot import files" in answer.content.decode()
    assert not Upload.objects.exists()


def test_strangers_sign_in_first(client: Client) -> None:
    assert client.get(UPLOAD).headers["Location"].startswith(reverse("account_login"))
