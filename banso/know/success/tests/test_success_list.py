from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.know.success.tests.builders import a_definition
from banso.measure.metrics.tests.builders import a_metric
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = reverse("success:success_list")


def page(client: Client, **asked: Any) -> str:
    return client.get(URL, asked).content.decode()


def test_shared_ones_come_first_then_the_customers_own(client: Client) -> None:
    client.force_login(a_user(language="en"))
    a_definition(an_account(name="青葉製作所"), words="検品が速くなる", steps=[("書く", "")])
    a_definition(words="現場に定着する")
    an_account(name="白樺商事")
    an_account(name="去った会社", stage="left")
    text = page(client)
    assert text.index("現場に定着する") < text.index("検品が速くなる")
    assert "Of 2 customers, 1 have a definition of success of their own." in text
    assert "1 step, 0 measured" in text
    assert "白樺商事" not in text and "去った会社" not in text


def test_those_without_are_listed_with_the_next_step(client: Client) -> None:
    user = a_user(language="en")
    client.force_login(user)
    mine, others = an_account(owner=user), an_account(owner=a_user())
    a_definition(an_account(name="書いた会社"))
    text = page(client, show="without")
    assert mine.name in text and others.name in text and "書いた会社" not in text
    new = reverse("success:success_new")
    assert f"{new}?customer={mine.pk}" in text
    assert f"{new}?customer={others.pk}" not in text


def test_a_portfolio_and_a_name_narrow_it(client: Client) -> None:
    user = a_user(language="en")
    client.force_login(user)
    a_definition(an_account(owner=user, name="私の会社", search_text="私の会社"), words="私の成功")
    a_definition(an_account(owner=a_user(), name="他の会社"), words="他の成功")
    a_definition(an_account(name="誰もいない会社"), words="誰もいない成功")
    assert "他の成功" not in page(client, owner="mine")
    assert "私の成功" in page(client, owner="mine")
    assert "私の成功" not in page(client, owner="nobody")
    assert "他の成功" not in page(client, q="私の")
    assert "Of 1 customer, 1 has" in page(client, q="私の")
    assert "No customer is like this" in page(client, q="ない名前")
    assert client.get(URL, {"q": "\x00", "owner": "x", "page": "-1"}).status_code == 200


def test_the_file_has_a_line_for_each_step_and_runs_nothing(client: Client) -> None:
    client.force_login(a_user(language="en"))
    a_definition(words="現場に定着する")
    a_definition(
        an_account(name="=cmd|'/c calc'!A0"), words="検品が速くなる",
        steps=[("書く", "reports"), ("読む", "")],
    )  # fmt: skip
    response: Any = client.get(URL, {"format": "csv"})
    lines = response.getvalue().decode().strip().splitlines()
    assert len(lines) == 4
    assert "現場に定着する" in lines[1]
    assert "'=cmd" in lines[2] and "書く,reports" in lines[2]


def test_without_anything_it_says_what_to_ask(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    assert "導入後に" in page(client)


def test_queries_do_not_grow_with_what_is_listed(client: Client) -> None:
    user = a_user(role="manager")
    client.force_login(user)
    a_metric("reports")

    def grow(times: int) -> int:
        for _number in range(times):
            account = an_account(owner=user)
            person = a_person(account)
            steps = [("書く", "reports"), ("読む", "")]
            a_definition(account, person=person, said_by="", by=user, steps=steps)
            a_definition(by=user, steps=steps)
        with CaptureQueriesContext(connection) as queries:
            page(client)
        return len(queries)

    assert grow(1) == grow(15) <= 12
