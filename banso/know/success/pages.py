"""What the pages show, beyond what is read for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.know.success import reads
from banso.know.success.models import Definition
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own

PAGE_SIZE = 50


def owner_choices(user: User) -> list[tuple[str, str]]:
    found = [("", _("Everybody’s customers")), (reads.MINE, _("Mine"))]
    if user.team_id is not None:
        found.append((reads.TEAM, _("My team’s")))
    found.append((reads.NOBODY, _("Nobody’s")))
    return found + [(str(one.pk), str(one)) for one in people_who_own()]


def kept(params: QueryDict, **changes: str) -> str:
    """The address's filters with some changed, without the page."""
    asked = params.copy()
    asked.pop("page", None)
    for name, value in changes.items():
        asked[name] = value
    return asked.urlencode()


def rows(found: Iterable[Definition]) -> list[dict[str, Any]]:
    """Definitions with their steps and how these are measured."""
    there = list(found)
    observing = reads.Observing(one.current for one in there)
    return [_row(one, observing) for one in there]


def _row(definition: Definition, observing: reads.Observing) -> dict[str, Any]:
    steps = observing.of(definition.current)
    measured = sum(step.is_measured for step in steps)
    return {
        "definition": definition, "version": definition.current, "steps": steps,
        "measured": measured, "steps_told": steps_told(len(steps), measured),
    }  # fmt: skip


def steps_told(steps: int, measured: int) -> str:
    if not steps:
        return _("No steps yet")
    told = ngettext("%(n)s step", "%(n)s steps", steps) % {"n": steps}
    return _("%(steps)s, %(measured)s measured") % {"steps": told, "measured": measured}


def answer(customers: int, have: int) -> str:
    """The page's question in one sentence; empty without customers."""
    if not customers:
        return ""
    said = ngettext(
        "Of %(all)s customer, %(have)s has a definition of success of its own.",
        "Of %(all)s customers, %(have)s have a definition of success of their own.",
        customers,
    )
    return said % {"all": customers, "have": have}


def list_page(user: User, asked: QueryDict, *, q: str, owner: str) -> dict[str, Any]:
    customers = reads.customers_asked(user, q=q, owner=owner)
    everybody, have = reads.counted(customers)
    show = reads.WITHOUT if asked.get("show") == reads.WITHOUT else reads.WITH
    own: list[Definition] = []
    missing: list[Account] = []
    page: Page[Any]
    if show == reads.WITHOUT:
        lacking = Paginator(reads.customers_without(customers), PAGE_SIZE)
        page = lacking.get_page(asked.get("page"))
        missing = list(page.object_list)
    else:
        page = Paginator(reads.definitions_of(customers), PAGE_SIZE).get_page(asked.get("page"))
        own = list(page.object_list)
    shared = reads.shared_definitions()
    found = rows([*shared, *own])
    return {
        "page": page, "show": show, "shared": found[: len(shared)],
        "own": found[len(shared) :],
        "missing": [(account, may_change(user, account)) for account in missing],
        "have": have, "lack": everybody - have, "answer": answer(everybody, have),
        "is_narrowed": bool(q or owner), "may_share": reads.may_write_for(user, None),
        "file": kept(asked, format="csv"), "with": kept(asked, show=reads.WITH),
        "without": kept(asked, show=reads.WITHOUT),
    }  # fmt: skip


def detail_page(user: User, definition: Definition) -> dict[str, Any]:
    versions = reads.versions_of(definition)
    observing = reads.Observing(versions)
    told = [{"version": one, "steps": observing.of(one)} for one in versions]
    ended = reads.ended_of(definition.account)
    may_write = reads.may_write_for(user, definition.account)
    return {
        "definition": definition, "account": definition.account, "version": versions[0],
        "steps": told[0]["steps"], "earlier": told[1:],
        "ended": [one for one in ended if one.pk != definition.pk],
        "may_write": may_write and definition.ended_at is None,
        "layers": reads.layers_of(definition.account), "defined_at": reads.where_defined(),
    }  # fmt: skip


def said_meanwhile(definition: Definition) -> str:
    """Who changed it, and when, for the one who was too late."""
    version = definition.current
    if version is None or definition.ended_at:
        return _("Somebody ended it meanwhile. What you wrote stands below and was not kept.")
    said = _(
        "%(who)s changed it meanwhile (version %(number)s, %(day)s). Nothing is lost: that version "
        "stands here, what you wrote below. Save again to keep yours as the next version."
    )
    return said % {
        "who": version.by or _("Somebody else"),
        "number": version.number,
        "day": date_format(version.at, "SHORT_DATETIME_FORMAT"),
    }
