from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.users.reads import organisation
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
GIVEN = {
    "name": "株式会社みなと",
    "time_zone": "Asia/Tokyo",
    "language": "ja",
    "currency": "jpy",
    "fiscal_year_start": "4",
    "landmark_days": "120",
}


def test_what_the_organisation_settled_is_kept(client: Client) -> None:
    client.force_login(a_user(role="administrator"))
    assert client.post("/settings/organisation/", GIVEN).status_code == 302
    kept = organisation()
    assert (kept.name, kept.currency, kept.landmark_days) == ("株式会社みなと", "JPY", 120)


@pytest.mark.parametrize(
    ("field", "value", "says"), [("currency", "YEN", "JPY"), ("time_zone", "Tokyo", "Asia/Tokyo")]
)
def test_a_wrong_value_says_what_to_write(
    client: Client, field: str, value: str, says: str
) -> None:
    client.force_login(a_user(role="administrator", language="ja"))
    page = client.post("/settings/organisation/", GIVEN | {field: value}).content.decode()
    assert "invalid-feedback" in page
    assert says in page
    assert organisation().name == "Banso"


@pytest.mark.parametrize(("typed", "kept"), [("", None), ("24", 24)])
def test_how_long_events_are_kept(client: Client, typed: str, kept: int | None) -> None:
    client.force_login(a_user(role="administrator", language="ja"))
    assert "イベントの保存期間(か月)" in client.get("/settings/organisation/").content.decode()
    client.post("/settings/organisation/", GIVEN | {"keep_events_months": typed})
    assert organisation().keep_events_months == kept


def test_only_administrators(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    assert client.get("/settings/organisation/").status_code == 403
