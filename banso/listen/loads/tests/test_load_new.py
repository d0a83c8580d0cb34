from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from banso.listen.loads.models import Load, folder
from banso.listen.loads.tests.builders import HEADER, an_event, csv_rows, json_lines
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "loads:load_new"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_user(role="manager", language="en"))
    return client


@pytest.fixture
def incoming(settings: Settings, tmp_path: Path) -> Path:
    settings.INCOMING_ROOT = tmp_path / "incoming"
    (settings.INCOMING_ROOT / "2024").mkdir(parents=True)
    return tmp_path / "incoming"


def an_upload(content: str, name: str = "e.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


def test_uploads_become_a_draft(manager: Client) -> None:
    files = [an_upload(HEADER + csv_rows(3)), an_upload(HEADER + csv_rows(2), "f.csv")]
    answer = manager.post(reverse(URL), {"file": files})
    load = Load.objects.get()
    assert answer.headers["Location"] == reverse("loads:load_mapping", args=[load.pk])
    assert (load.name, load.state, load.time_zone) == ("e.csv + 1", "draft", "Asia/Tokyo")
    kept = [Path(path) for path in load.files.values_list("path", flat=True)]
    assert all(path.parent == folder() and path.suffix == ".csv" for path in kept)


def test_files_on_the_server_are_chosen_by_name(manager: Client, incoming: Path) -> None:
    json_lines(incoming / "2024" / "big.jsonl", [an_event(1)])
    (incoming / "notes.pdf").write_text("no")
    page = manager.get(reverse(URL)).content.decode()
    assert "2024/big.jsonl" in page
    assert "notes.pdf" not in page
    manager.post(reverse(URL), {"incoming": ["2024/big.jsonl"]})
    file = Load.objects.get().files.get()
    assert (file.path, file.is_copy) == (str(incoming / "2024" / "big.jsonl"), False)


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "link.csv"])
def test_nothing_outside_of_the_folder_can_be_chosen(
    manager: Client, incoming: Path, name: str
) -> None:
    secret = incoming.parent / "secret.csv"
    secret.write_text(HEADER + csv_rows(1))
    (incoming / "link.csv").symlink_to(secret)
    assert "link.csv" not in manager.get(reverse(URL)).content.decode()
    assert manager.post(reverse(URL), {"incoming": [name]}).status_code == 400
    assert not Load.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"), [("PK\x03\x04", "Excel workbooks are not read here"), ("", "is empty")]
)
def test_a_file_that_is_none_is_said_and_not_kept(manager: Client, content: str, said: str) -> None:
    answer = manager.post(reverse(URL), {"file": an_upload(content)})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not folder().exists() or not list(folder().iterdir())


def test_too_large_an_upload_is_sent_to_the_folder(manager: Client, settings: Settings) -> None:
    settings.IMPORT_MOST_BYTES = 1_000_000
    answer = manager.post(reverse(URL), {"file": an_upload("x" * 1_200_000)})
    assert "Copy it into the folder" in answer.content.decode()
    assert not list(folder().iterdir())


def test_nothing_chosen_is_said(manager: Client) -> None:
    assert "Choose a file first." in manager.post(reverse(URL)).content.decode()


def test_only_some_roles_may(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(reverse(URL)).status_code == 403
    assert client.post(reverse(URL), {"file": an_upload(HEADER)}).status_code == 403
