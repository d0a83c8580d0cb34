"""What the pages about waves show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator

from banso.know.accounts.list_page import chips, filter_rows, listing_for
from banso.know.accounts.models import Account
from banso.know.accounts.reads import owner_names
from banso.know.accounts.rules import Question, question_of
from banso.listen.invitations.audience import Audience, preview
from banso.listen.invitations.links import link_root, public_link
from banso.listen.invitations.models import Mailing, Reason
from banso.listen.invitations.reads import (
    ON_A_PAGE,
    left_out_reasons,
    mailing_of,
    progress_of,
    standing_of,
)
from banso.listen.surveys.models import Wave
from banso.shared.users.models import User

PRINTED = ("console", "dummy")


def mail_is_printed() -> bool:
    """Whether no mail server is set up, so that mails would reach nobody."""
    return any(f".{name}." in settings.EMAIL_BACKEND for name in PRINTED)


def audience_context(user: User, params: Mapping[str, Sequence[str]]) -> tuple[str, dict[str, Any]]:
    """The audience's query string, and the filter panel of the customer list around it."""
    question = question_of(params)
    listing = listing_for(user, question)
    count = listing.count()
    rows = filter_rows(listing, owner_names())
    unread = {asked.key for asked in listing.unreadable}
    known = tuple(f for f in question.filters if f not in listing.unreadable)
    question = Question(q=question.q, filters=known)
    address = question.address()
    return address, {
        "question": question,
        "filters": rows,
        "chips": chips(rows, question),
        "unread": [row.label for row in rows if row.key in unread],
        "columns": listing.columns,
        "address": address,
        "customers": count,
        "mail_is_printed": mail_is_printed(),
    }


def form_initial(wave: Wave, mailing: Mailing) -> dict[str, Any]:
    names = ("name", "opens_on", "closes_on", "key_people_only", "throttle_days", "is_anonymous")
    return {name: getattr(wave, name) for name in names} | {
        "remind_after": ", ".join(map(str, wave.remind_after)),
        "has_public_link": bool(wave.public_token),
        "sends_mail": mailing.sends_mail,
        "colleagues": mailing.colleagues,
        "owners_answer": mailing.owners_answer,
    }


def progress_context(wave: Wave) -> dict[str, Any]:
    mailing, standing = mailing_of(wave), standing_of(wave)
    labels = dict(Reason.choices)
    return {
        "wave": wave,
        "mailing": mailing,
        "standing": standing,
        "progress": progress_of(wave),
        "reasons": [(key, labels.get(key, key), n) for key, n in left_out_reasons(wave)],
        "public_link": public_link(wave, link_root(mailing)) if wave.public_token else "",
        "link_root": link_root(mailing),
        "mail_is_printed": mail_is_printed(),
    }


def preview_context(asked: Audience, params: Mapping[str, str]) -> dict[str, Any]:
    """Whom it would ask and leave out, one page of them, and how often each was asked."""
    found = preview(asked)
    labels = dict(Reason.choices)
    only = params.get("only", "")
    rows = found.left_out if only == "left_out" else found.asked
    if only in labels:
        rows = [row for row in found.left_out if row.reason == only]
    page = Paginator(rows, ON_A_PAGE).get_page(params.get("page"))
    names = Account.objects.in_bulk(
        [r.candidate.account_id for r in page if r.candidate.account_id]
    )
    return {
        "preview": found,
        "page": page,
        "chosen": only,
        "lines": [
            (row.candidate, names.get(row.candidate.account_id or 0), labels.get(row.reason, ""))
            for row in page
        ],
        "preview_reasons": [(key, labels.get(key, key), n) for key, n in found.reasons],
    }
