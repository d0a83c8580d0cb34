from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from banso.prove.tree.models import Tree
from banso.prove.tree.starting import Sketch
from banso.prove.tree.tests.builders import a_node, a_tree
from banso.shared.users.tests.builders import a_user

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def page_of(tree: Tree, live_server: LiveServer) -> str:
    return live_server.url + reverse("tree:tree_detail", args=[tree.pk])


def order(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".tree-list strong").all_inner_texts()]


def test_a_tree_is_edited_with_the_keyboard_alone(
    open_page: Callable[..., Page], live_server: LiveServer,
    serious_faults: Callable[[Page], list[str]],
) -> None:  # fmt: skip
    tree = a_tree(below=(Sketch("real"), Sketch("noise_1"), Sketch("noise_2")))
    page = open_page(a_user(role="analyst", language="en"))
    page.goto(page_of(tree, live_server))
    assert serious_faults(page) == []
    line = page.locator(f"[data-node='{a_node(tree, 'real').pk}']")
    line.focus()
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_url("**node=**")
    assert order(page)[1:] == ["noise_1 in English", "real in English", "noise_2 in English"]
    focused = page.locator(f"[data-node='{a_node(tree, 'real').pk}']:focus")
    focused.wait_for(timeout=8000)
    page.keyboard.press("Alt+ArrowRight")
    page.locator(".tree-depth-2").wait_for()
    real = a_node(tree, "real")
    assert real.parent == a_node(tree, "noise_1")
    focused.wait_for(timeout=8000)
    page.keyboard.press("Alt+ArrowLeft")
    page.locator(".tree-depth-2").wait_for(state="detached")
    assert a_node(tree, "real").parent == a_node(tree)
    focused.wait_for(timeout=8000)
    page.keyboard.press("Enter")
    page.wait_for_url("**#card")
    page.locator("#change-direction").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    real = a_node(tree, "real")
    assert (real.direction, real.target) == ("less", 12.0)


def test_a_tree_is_edited_with_the_mouse_and_saved_as_a_picture(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    tree = a_tree(below=(Sketch("real"), Sketch("noise_1")))
    page = open_page(a_user(role="analyst", language="ja"), locale="ja-JP")
    page.goto(page_of(tree, live_server))
    below, above = (
        page.locator(f"[data-node='{a_node(tree, key).pk}']") for key in ("noise_1", "real")
    )
    below.drag_to(above)
    page.locator(".tree-depth-2").wait_for()
    assert a_node(tree, "noise_1").parent == a_node(tree, "real")
    with page.expect_download() as download:
        page.locator("[data-png]").click()
    assert download.value.suggested_filename == "更新のツリー.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("locale", ["ja-JP", "en-US"])
def test_on_a_phone_nothing_sticks_out(
    open_page: Callable[..., Page], live_server: LiveServer, overflow: Callable[[Page], int],
    locale: str,
) -> None:  # fmt: skip
    tree = a_tree()
    page = open_page(a_user(role="viewer", language=locale[:2]), locale=locale, width=390)
    page.goto(f"{page_of(tree, live_server)}?node={a_node(tree, 'real').pk}")
    assert overflow(page) <= 0
    assert page.locator("[data-movable]").count() == 0, "who may only read moves nothing"
