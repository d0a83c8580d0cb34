from __future__ import annotations

import gzip
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from banso.listen.earlier.models import EarlierRun
from banso.listen.earlier.tests.builders import FORMS
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = "/earlier/upload/"


def send(client: Client, content: bytes, name: str = "調査.csv") -> tuple[int, str]:
    client.force_login(a_user(role="analyst", language="en"))
    answer = client.post(PAGE, {"file": SimpleUploadedFile(name, content)})
    return answer.status_code, answer.content.decode()


def test_a_file_leads_to_its_columns(client: Client) -> None:
    assert send(client, FORMS.encode("cp932"))[0] == 302
    run = EarlierRun.objects.get()
    page = client.get(reverse("earlier:earlier_columns", args=[run.pk])).content.decode()
    assert "対応は期待と比べていかがでしたか" in page


def test_excel_and_json_lines_are_read_too(client: Client) -> None:
    book, kept = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for line in FORMS.strip().splitlines():
        sheet.append(line.split(","))
    book.save(kept)
    status, page = send(client, kept.getvalue(), "調査.xlsx")
    assert status == 302, page
    assert send(client, b'{"email": "a@example.jp", "NPS": 9}\n', "x.jsonl")[0] == 302
    assert send(client, gzip.compress(FORMS.encode()), "x.csv.gz")[0] == 302
    assert EarlierRun.objects.count() == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 ...", "not a table"),
        (b"\x89PNG....", "not a table"),
        (b"<html><body>hi</body></html>", "web page"),
        (b"\xd0\xcf\x11\xe0old", "old Excel workbook"),
        (b"", "empty"),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(
    client: Client, content: bytes, said: str
) -> None:
    status, page = send(client, content)
    assert (status, said in page) == (400, True), page
    assert not EarlierRun.objects.exists()
