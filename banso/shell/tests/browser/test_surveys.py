"""A survey from the first wave to the visit: asked by mail, answered on a phone, read as a tree."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Dialog, Page, expect

from banso.listen.invitations.tests.mail_server import MailServer
from banso.shell.tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
MANAGER = "manager@example.jp"
PHONE = 390
MINUTE, MAIL_WITHIN = 60.0, 180.0
APPS = ("surveys", "waves", "earlier", "experience", "contrasts", "what-if", "visits")
ROOTS = tuple(f"/{app}/" for app in APPS)
FILE = re.compile(r"format=|/file/|\.csv|\.pdf|\.pptx|\.xlsx")
SHARE = re.compile(r"/s/[A-Za-z0-9_-]{32}/")


@dataclass(frozen=True)
class Words:
    """What the form and the pages say in one language."""

    yes: str
    kind: str
    channel: str
    below: str
    unhappy: str
    changed: str


WORDS = {
    "ja": Words(
        "はい", "操作方法が分からない", "カスタマーサクセス担当", "期待を下回った",
        "10点満点中0点", "送信済みです",
    ),
    "en": Words(
        "Yes", "I did not know how to operate it", "Our customer-success manager",
        "Below what I expected", "0 of 10", "You have handed in your answers",
    ),
}  # fmt: skip


def accept(dialog: Dialog) -> None:
    dialog.accept()


def some_customer(page: Page, place: int) -> tuple[str, str]:
    """The path and the name of a customer of today; one that has left raises no signal."""
    page.goto("/customers/?stage=adoption&sort=-employees")
    link = page.locator("tbody th[scope=row] a").nth(place)
    return link.get_attribute("href") or "", link.inner_text().strip()


def ask(page: Page, customer: str, name: str) -> str:
    """Plan and open a wave to one customer; its address."""
    page.goto("/surveys/")
    page.locator("main a[href^='/surveys/']:not([href*='new'])").first.click()
    number = re.search(r"/surveys/(\d+)/", page.url)
    assert number is not None
    page.goto(f"/waves/new/{number[1]}/?q={customer}")
    page.locator("[name=name]").fill(name)
    page.locator("[name=throttle_days]").fill("0")
    page.locator("main form[method=post] .btn-primary").last.click()
    page.wait_for_url(re.compile(r"/waves/\d+/$"))
    page.once("dialog", accept)
    page.locator(".btn-primary[data-confirm]").click()
    page.wait_for_load_state()
    return page.url


def link_from(mailbox: MailServer, known: int) -> str:
    """The personal link of the first mail that came since."""
    deadline = time.monotonic() + MAIL_WITHIN
    while time.monotonic() < deadline:
        if len(mailbox.mails) > known:
            part = mailbox.mails[known].get_body(("plain",))
            assert part is not None
            found = SHARE.search(part.get_content())
            assert found is not None
            return found[0]
        time.sleep(0.2)
    pytest.fail("no mail came")


def choose(page: Page, key: str, answer: str) -> None:
    """Tap an answer of the question with this key."""
    page.locator(f"[data-name='{key}'] label").filter(
        has_text=re.compile(f"^\\s*{re.escape(answer)}\\s*$")
    ).first.click()


def go_on(page: Page) -> None:
    with page.expect_response(re.compile("/save/")):
        page.locator(".sd-navigation__next-btn:visible").click()


def answer_on_a_phone(page: Page, said: Words) -> None:
    """Below expectation, and would not recommend; half-way the link is opened again."""
    for key, answer in (
        ("trouble", said.yes),
        ("trouble_kind", said.kind),
        ("consulted", said.yes),
    ):
        choose(page, key, answer)
    go_on(page)
    page.reload()
    choose(page, "channel", said.channel)
    choose(page, "answer", said.below)
    go_on(page)
    for key, answer in (("satisfaction", "2"), ("intent", "2"), ("recommend", "0"), ("miss", "2")):
        choose(page, key, answer)
    page.locator("[data-name='comment'] textarea").fill("手順書が古いままでした / out of date")
    page.locator(".sd-navigation__complete-btn:visible").click()
    page.wait_for_url(re.compile("/thanks/"))


@pytest.mark.parametrize("language", list(WORDS))
def test_a_customer_answers_on_a_phone_and_it_is_acted_on(
    visit: Visitor,
    mailbox: MailServer,
    overflow: Callable[[Page], int],
    serious_faults: Callable[[Page], list[str]],
    stands: Callable[[Page], None],
    language: str,
) -> None:
    said, known = WORDS[language], len(mailbox.mails)
    desk = visit("/", email=MANAGER, language=language)
    path, name = some_customer(desk, list(WORDS).index(language))
    wave = ask(desk, name, f"phone {language}")
    link = link_from(mailbox, known)

    desk.goto(path)
    signal = desk.locator("main").get_by_text(re.compile(rf"(?<!\d){re.escape(said.unhappy)}"))
    assert signal.count() == 0
    phone = visit(link, language=language, width=PHONE)
    expect(phone.locator("[data-name='trouble']")).to_be_visible()
    assert overflow(phone) == 0
    assert serious_faults(phone) == []
    answer_on_a_phone(phone, said)
    assert overflow(phone) == 0
    handed_in = time.monotonic()

    while time.monotonic() - handed_in < MINUTE:
        desk.goto(path)
        if signal.count():
            break
        desk.wait_for_timeout(500)
    assert signal.count(), "no signal within a minute of a detractor's answer"

    number = re.search(r"/waves/(\d+)/", wave)
    assert number is not None
    desk.goto(f"/experience/?wave={number[1]}")
    expect(desk.locator("#tree-title")).to_be_visible()
    expect(desk.locator("main")).to_contain_text(re.compile(r"(?<!\d)1 customer|(?<!\d)1社"))
    stands(desk)
    desk.goto(f"/visits/?wave={number[1]}")
    expect(desk.locator("main")).to_contain_text(name)

    phone.goto(link)
    expect(phone.locator("body")).to_contain_text(said.changed)


def pages_about_surveys(page: Page) -> list[str]:
    """What the pages of surveys lead to, one address of each shape."""
    found: dict[str, str] = {}
    for root in ROOTS:
        answer = page.goto(root)
        if answer is not None and answer.ok:
            found[root] = root
    for path in [*found.values(), "/surveys/1/"]:
        page.goto(path)
        links = page.eval_on_selector_all(
            "main a[href]", "links => links.map(a => a.getAttribute('href'))"
        )
        for link in links:
            bare = link.partition("#")[0].partition("?")[0]
            if bare.startswith(ROOTS) and not FILE.search(link):
                found.setdefault(re.sub(r"\d+", "#", bare), link)
    return list(dict.fromkeys(found.values()))


@pytest.mark.parametrize("language", list(WORDS))
def test_every_page_about_surveys_stands(
    visit: Visitor, stands: Callable[[Page], None], language: str
) -> None:
    page = visit("/", email=MANAGER, language=language)
    paths = pages_about_surveys(page)
    assert len(paths) >= 15, paths
    faults = []
    for path in paths:
        page.goto(path)
        expect(page.locator("h1").first).to_be_visible()
        try:
            stands(page)
        except AssertionError as error:
            faults.append(f"{path}: {error}")
    assert not faults, "\n".join(faults)
