from __future__ import annotations

from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Environment
from banso.know.accounts.tests.builders import an_account
from banso.know.success import reads
from banso.know.success.models import Definition
from banso.know.success.tests.builders import a_definition
from banso.know.success.writes import end_success
from banso.measure.metrics.tests.builders import a_metric
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def page(client: Client, definition: Definition) -> str:
    return client.get(reverse("success:success_detail", args=[definition.pk])).content.decode()


def test_each_step_says_how_it_is_measured(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    a_metric("reports", name_ja="日報の数")
    a_metric("old", name_ja="古い指標", retired_at=clock.now())
    text = page(client, a_definition(steps=[("書く", "reports"), ("読む", ""), ("使う", "old")]))
    assert reverse("metrics:metric_detail", args=["reports"]) in text
    assert "日報の数" in text
    assert "まだ測っていません" in text and reverse("metrics:metric_list") in text
    assert "「古い指標」はもう使われていません" in text


def test_who_may_not_see_the_customer_sees_none_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hidden(user: Any, pk: int) -> None:
        raise Http404

    own, shared = a_definition(an_account()), a_definition()
    client.force_login(a_user())
    monkeypatch.setattr(reads, "account_for", hidden)
    for name in ("success_detail", "success_edit"):
        assert client.get(reverse(f"success:{name}", args=[own.pk])).status_code == 404
    assert client.get(reverse("success:success_detail", args=[shared.pk])).status_code == 200


def test_what_ended_stays_readable_and_is_told_apart(client: Client) -> None:
    account, user = an_account(), a_user(role="manager", language="en")
    client.force_login(user)
    first = a_definition(account, words="最初の成功", by=user)
    end_success(by=user, definition=first, because="事業をやめた")
    text = page(client, first)
    assert "最初の成功" in text and "事業をやめた" in text
    assert reverse("success:success_edit", args=[first.pk]) not in text
    second = a_definition(account, words="次の成功", by=user)
    assert "事業をやめた" in page(client, second)


def test_the_layers_of_its_environment_stand_beside_it(client: Client) -> None:
    account = an_account()
    definition = a_definition(account)
    client.force_login(a_user(language="en"))
    assert "The realistic ideal" not in page(client, definition)
    Environment.objects.create(account=account, success_realistic="半年で1拠点")
    text = page(client, definition)
    assert "The realistic ideal" in text and "半年で1拠点" in text


def test_queries_do_not_grow_with_versions_and_steps(
    client: Client, django_assert_num_queries: Any
) -> None:
    user = a_user(role="manager")
    client.force_login(user)
    a_metric("reports")
    short = a_definition(an_account(), by=user, steps=[("書く", "reports")])
    long = a_definition(an_account(), by=user, steps=[(str(n), "reports") for n in range(20)])
    for number in range(6):
        form = {"words": str(number), "said_by": "x", "said_on": "2026-01-01"}
        client.post(reverse("success:success_edit", args=[long.pk]), form | {"step_words": ["a"]})
    for definition in (short, long):
        with django_assert_num_queries(11):
            page(client, definition)


def test_a_customer_takes_its_definitions_along(client: Client) -> None:
    account = an_account()
    a_definition(account, steps=[("書く", "")])
    account.delete()
    assert not Definition.objects.exists()
