"""Who is asked and who is left out, and until when a link is good: no Django here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

NO_PERSON, NO_KEY_PERSON, FORGOTTEN, NO_EMAIL, OPTED_OUT, DUPLICATE, ASKED, IN_FILE = (
    "no_person",
    "no_key_person",
    "forgotten",
    "no_email",
    "opted_out",
    "duplicate",
    "asked",
    "in_file",
)
LINK_DAYS = 60
"""How long a personal link is good where the wave has no last day."""
MOST_ATTEMPTS = 5
MOST_REMINDERS = 5
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the audience; without ``person_id`` and ``user_id`` a customer where nobody is
    known. ``asked_on``: when a mail of any survey asked them last; ``in_file_on``: the day of their
    last answer to a survey that came by file; ``times``: how often both in a year.
    """

    account_id: int | None
    person_id: int | None = None
    user_id: int | None = None
    name: str = ""
    email: str = ""
    language: str = ""
    is_forgotten: bool = False
    is_opted_out: bool = False
    asked_on: date | None = None
    in_file_on: date | None = None
    times: int = 0

    @property
    def last_on(self) -> date | None:
        """When they were asked last, here or elsewhere."""
        return max((day for day in (self.asked_on, self.in_file_on) if day), default=None)

    @property
    def was_in_file(self) -> bool:
        return self.in_file_on is not None and self.in_file_on == self.last_on

    @property
    def is_somebody(self) -> bool:
        return bool(self.person_id or self.user_id)


@dataclass(frozen=True, slots=True)
class Judged:
    """``reason``: why a candidate is left out; "" for those who are asked."""

    candidate: Candidate
    reason: str


def judged(
    candidates: Iterable[Candidate],
    *,
    today: date,
    throttle_days: int,
    key_people_only: bool = False,
    seen: Iterable[Candidate] = (),
) -> Iterator[Judged]:
    """Each candidate with the first reason that leaves it out. People are asked once: of several
    rows with the same person or address the first one counts; colleagues once for each customer.
    ``seen``: those who are asked already.
    """
    people = {one.person_id for one in seen if one.person_id}
    addresses = {_address(one) for one in seen if one.email}
    for one in candidates:
        address = _address(one)
        is_again = one.person_id in people or (one.email and address in addresses)
        reason = _reason(one, today, throttle_days, key_people_only)
        if reason in ("", ASKED, IN_FILE):
            reason = DUPLICATE if is_again else reason
            addresses.add(address)
            if one.person_id:
                people.add(one.person_id)
        yield Judged(one, reason)


def _address(one: Candidate) -> tuple[str, int | None]:
    return one.email.strip().lower(), one.account_id if one.user_id else None


def _reason(one: Candidate, today: date, throttle_days: int, key_people_only: bool) -> str:
    if not one.is_somebody:
        return NO_KEY_PERSON if key_people_only else NO_PERSON
    if one.is_forgotten:
        return FORGOTTEN
    if not one.email.strip():
        return NO_EMAIL
    if one.is_opted_out:
        return OPTED_OUT
    if one.user_id is not None:
        return ""
    if too_soon(one.asked_on, today, throttle_days):
        return ASKED
    return IN_FILE if too_soon(one.in_file_on, today, throttle_days) else ""


def too_soon(asked_on: date | None, today: date, throttle_days: int) -> bool:
    """Whether somebody who was asked then may not be asked again yet."""
    return asked_on is not None and (today - asked_on).days < throttle_days


def reminder_due(
    *, sent_on: date, reminders: int, remind_after: Sequence[int], today: date
) -> bool:
    """Whether the next reminder's day has come."""
    if reminders >= len(remind_after):
        return False
    return today >= sent_on + timedelta(days=sorted(remind_after)[reminders])


NOT_OPENED, NOT_YET, OPEN, OVER, CLOSED = "not_opened", "not_yet", "open", "over", "closed"


def standing(
    *,
    today: date,
    opens_on: date,
    closes_on: date | None,
    is_opened: bool,
    is_closed: bool,
) -> str:
    """Whether a wave takes answers today; ``over``: its last day has passed."""
    if is_closed:
        return CLOSED
    if not is_opened:
        return NOT_OPENED
    if today < opens_on:
        return NOT_YET
    return OVER if closes_on is not None and today > closes_on else OPEN


def wait_after_trouble(tries: int) -> timedelta:
    """How long nothing is sent when the mail server is away: 1, 2, 4 … minutes, 30 at most."""
    return timedelta(minutes=min(2 ** max(tries - 1, 0), 30))
