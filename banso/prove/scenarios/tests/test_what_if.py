from __future__ import annotations

from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from pptx import Presentation

from banso.listen.surveys.models import Wave
from banso.prove.contrasts.tests.builders import DAY, an_answered_wave
from banso.prove.scenarios.models import WhatIf
from banso.prove.scenarios.tests.builders import TODAY, a_company
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = "scenarios:what_if"
MOVED = {"trouble": "30", "consulted": "90", "above": "40", "below": "10"}


@pytest.fixture
def wave() -> Wave:
    with clock.held_at(TODAY):
        return a_company(200, answers=500)


def opened(client: Client, given: dict[str, Any] | None = None, **more: Any) -> Any:
    with clock.held_at(TODAY):
        return client.get(reverse(PAGE), given or {}, **more)


def test_without_an_answer_it_says_what_will_be_here(client: Client) -> None:
    client.force_login(a_user())
    assert "Nobody has answered a survey yet" in opened(client).text


def test_it_opens_where_things_stand(client: Client, wave: Wave) -> None:
    client.force_login(a_user())
    page = opened(client)
    assert page.status_code == 200 and "Nothing is moved yet" in page.text
    assert "Churn risk over all 200 customers" in page.text and "not a promise" in page.text
    assert page.text.count('type="range"') == 4 and 'aria-label="People with trouble (%)"' in (
        page.text
    )
    assert "Segment" in page.text and "Kept what-ifs" not in page.text


def test_moved_levers_tell_each_alone_together_and_the_interaction(
    client: Client, wave: Wave
) -> None:
    client.force_login(a_user())
    page = opened(client, MOVED).text
    for told in ("customers kept (", "Fewer people with trouble alone", "Better answers alone",
                 "acting on each other", "They must not be added", "MRR kept", "95% range",
                 "for 50% of the gap"):  # fmt: skip
        assert told in page, told
    for word in ("causes", "proven", "will keep"):
        assert word not in page


def test_htmx_gets_the_result_alone(client: Client, wave: Wave) -> None:
    client.force_login(a_user())
    part = opened(client, MOVED, headers={"HX-Request": "true"}).text
    assert part.strip().startswith('<div id="result"') and "<html" not in part
    assert "customers kept" in part


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"above": "70", "below": "50"}, "120% together; they can be 100% at most"),
        ({"trouble": "130"}, "less than or equal to 100"),
        ({"consulted": "-3"}, "greater than or equal to 0"),
        ({"trouble": "nan"}, "Enter a number"),
        ({"trouble": "many"}, "Enter a number"),
        ({"transfer": "101"}, "less than or equal to 100"),
        ({"gap": "1e9"}, "less than or equal to 100"),
        ({"cost": "-1"}, "greater than or equal to 0"),
        ({"cost": "9" * 40}, "less than or equal to"),
        ({"risk": "calibrated"}, "Too few renewals have come"),
        ({"risk": "guess"}, "Select a valid choice"),
    ],
)
def test_what_is_impossible_is_said_in_words(
    client: Client, wave: Wave, given: dict[str, str], told: str
) -> None:
    client.force_login(a_user())
    page = opened(client, given)
    assert page.status_code == 200 and told in page.text
    part = opened(client, given, headers={"HX-Request": "true"})
    assert told in part.text and "customers kept" not in part.text


def test_a_group_a_wave_and_a_person_that_are_not_there(client: Client, wave: Wave) -> None:
    client.force_login(a_user())
    assert "There is no such group" in opened(client, {"where": "segment|<b>"}).text
    assert opened(client, {"wave": "9999"}).status_code == 404
    group = opened(client, {"where": "segment|SMB", "trouble": "20"})
    assert "n = " in group.text and "customers kept" in group.text
    assert Client().get(reverse(PAGE)).status_code == 302


def test_too_few_answers_are_refused_with_numbers(client: Client) -> None:
    client.force_login(a_user())
    with clock.held_at(TODAY):
        an_answered_wave(12, accounts=10, day=DAY)
    page = opened(client)
    assert "12 answers say where they stand" in page.text and "30 are needed" in page.text


def test_one_page_for_a_management_meeting(client: Client, wave: Wave) -> None:
    client.force_login(a_user(language="ja"))
    pdf = opened(client, MOVED | {"format": "pdf"})
    read = pypdfium2.PdfDocument(pdf.content)
    assert len(read) == 1 and "約束" in read[0].get_textpage().get_text_range()
    deck = Presentation(BytesIO(opened(client, MOVED | {"format": "pptx"}).content))
    assert len(deck.slides) == 1
    rows = opened(client, MOVED | {"format": "csv"}).getvalue().decode("utf-8-sig")
    assert "500" in rows and rows.count("\n") > 8


def test_it_is_kept_under_a_name(client: Client, wave: Wave) -> None:
    user = a_user()
    client.force_login(user)
    given = MOVED | {"name": "<b>よい対応</b>", "owner": str(user.pk), "cost": "500000"}
    with clock.held_at(TODAY):
        done = client.post(reverse(PAGE), given, follow=True)
    kept = WhatIf.objects.get()
    assert done.status_code == 200 and "&lt;b&gt;よい対応" in done.text
    assert kept.due_on.year == TODAY.year + 1 and len(kept.members) == 200
    assert kept.question.consulted == 0.9 and kept.question.cost == 500_000
    client.force_login(a_user(role="viewer"))
    with clock.held_at(TODAY):
        assert client.post(reverse(PAGE), given).status_code == 403
    assert WhatIf.objects.count() == 1


def test_it_is_not_kept_without_a_name_or_with_impossible_levers(
    client: Client, wave: Wave
) -> None:
    client.force_login(a_user())
    with clock.held_at(TODAY):
        assert "This field is required" in client.post(reverse(PAGE), MOVED).text
        client.post(reverse(PAGE), MOVED | {"name": "x", "trouble": "500"})
    assert not WhatIf.objects.exists()
