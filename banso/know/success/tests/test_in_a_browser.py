"""The steps are written with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.success.models import Definition
from banso.know.success.tests.builders import a_definition
from banso.measure.metrics.tests.builders import a_metric
from banso.shared.users.tests.builders import a_user

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_words_and_steps_are_written_with_the_keyboard(
    open_page: Callable[..., Page], live_server: LiveServer,
    serious_faults: Callable[[Page], list[str]], overflow: Callable[[Page], int],
) -> None:  # fmt: skip
    user = a_user(role="csm", language="en")
    account = an_account(owner=user)
    a_metric("reports", name_en="Reports")
    page = open_page(user)
    page.goto(f"{live_server.url}{reverse('success:success_new')}?customer={account.pk}")
    assert serious_faults(page) == []
    page.get_by_label("In the customer's own words").fill("待ち時間がなくなる")
    page.get_by_label("Somebody else: who").fill("院長")
    page.get_by_label("Said on").fill("2026-04-01")
    page.get_by_label("Step 1 in words").fill("読む")
    page.get_by_label("Step 2 in words").fill("書く")
    page.get_by_label("Metric of step 2").select_option("reports")
    page.get_by_label("Move step 2 up").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("#steps")
    assert page.get_by_label("Step 1 in words").input_value() == "書く"
    with page.expect_navigation():
        page.get_by_role("button", name="One more step").click()
    page.get_by_label("Step 4 in words").fill("続ける")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    definition = Definition.objects.get(account=account)
    assert definition.current is not None
    steps = [(step.words, step.metric) for step in definition.current.steps.all()]
    assert steps == [("書く", "reports"), ("読む", ""), ("続ける", "")]
    assert serious_faults(page) == []
    a_definition(steps=[("書く", "reports")])
    page.goto(live_server.url + reverse("success:success_list"))
    assert serious_faults(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    for address in (
        reverse("success:success_list"),
        reverse("success:success_edit", args=[definition.pk]),
        reverse("success:success_detail", args=[definition.pk]),
    ):
        page.goto(live_server.url + address)
        assert overflow(page) == 0, address
