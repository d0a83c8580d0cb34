from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.prove.patterns.models import Pattern
from banso.prove.patterns.tests.builders import a_pattern, page
from banso.prove.patterns.writes import mark_used, remove_pattern
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_without_patterns_the_page_says_what_one_is_for(client: Client) -> None:
    said = page(client, "pattern_list", role="csm")
    assert "What do your best colleagues do" in said
    assert "/patterns/new/" in said
    assert "/patterns/new/" not in page(client, "pattern_list", role="viewer")


def test_patterns_are_found_by_words_occasion_and_level(client: Client) -> None:
    a_pattern(name="最初の日報")
    a_pattern(
        name="更新前の振り返り", occasion="renewal", in_whom="更新の90日前の顧客",
        what_to_do="振り返る",
    )  # fmt: skip
    Pattern.objects.filter(current__name="更新前の振り返り").update(level="L1")
    assert "更新前の振り返り" not in page(client, "pattern_list", q="日報")
    by_occasion = page(client, "pattern_list", occasion="renewal")
    assert "更新前の振り返り" in by_occasion
    assert "最初の日報" not in by_occasion
    assert "最初の日報" not in page(client, "pattern_list", level="L1")
    assert "No pattern is like this" in page(client, "pattern_list", q="xyz")
    assert "最初の日報" in page(client, "pattern_list", level="nonsense", occasion="nonsense")


def test_the_answer_counts_what_is_borne_out_and_used(client: Client) -> None:
    pattern = a_pattern(name="最初の日報")
    a_pattern(name="二つ目")
    Pattern.objects.filter(pk=pattern.pk).update(level="L2")
    mark_used(by=a_user(), pattern=pattern, account=an_account(), used_on=clock.today())
    said = page(client, "pattern_list")
    assert "2 patterns are described, 1 borne out by evidence so far, 1 in use." in said


def test_the_file_holds_the_words_and_runs_no_formula(client: Client) -> None:
    a_pattern(name="=1+1")
    client.force_login(a_user(role="viewer"))
    text = b"".join(client.get("/patterns/?format=csv")).decode()
    assert "'=1+1" in text


def test_a_removed_pattern_is_off_the_list(client: Client) -> None:
    pattern = a_pattern(name="最初の日報")
    remove_pattern(by=a_user(role="manager"), pattern=pattern)
    assert "最初の日報" not in page(client, "pattern_list")
    client.force_login(a_user())
    assert client.get(f"/patterns/{pattern.pk}/").status_code == 404


def test_words_are_shown_as_text(client: Client) -> None:
    a_pattern(name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in page(client, "pattern_list")
