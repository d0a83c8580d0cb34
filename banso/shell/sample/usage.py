"""The sample's usage events, user by user and day by day: an account's traits and a lot of chance.

``report_shared`` is the core action; ``export_csv`` bursts after notice: a leak to be caught.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from banso.shell.sample.customers import Customer
from banso.shell.sample.terms import Term

EVENTS = (
    "login",
    "report_created",
    "report_shared",
    "photo_attached",
    "template_edited",
    "comment_added",
    "approval_done",
    "dashboard_viewed",
    "export_csv",
    "notification_opened",
)
EVENT_LABELS = {
    "login": ("ログイン", "Sign-in"),
    "report_created": ("日報の作成", "Report created"),
    "report_shared": ("日報の共有", "Report shared"),
    "photo_attached": ("写真の添付", "Photo attached"),
    "template_edited": ("ひな形の編集", "Template edited"),
    "comment_added": ("コメント", "Comment"),
    "approval_done": ("承認", "Approval"),
    "dashboard_viewed": ("ダッシュボードの閲覧", "Dashboard viewed"),
    "export_csv": ("CSVの書き出し", "CSV export"),
    "notification_opened": ("通知を開く", "Notification opened"),
}
LOGIN, CREATED, SHARED, PHOTO, TEMPLATE, COMMENT, APPROVAL, DASHBOARD, EXPORT, NOTIFICATION = range(
    len(EVENTS)
)
# what a user of a role does in one sitting, on average, in the order of EVENTS
HABITS = {
    "admin": (1, 0.4, 0.35, 0.1, 0.10, 0.15, 0.5, 0.5, 0.05, 0.2),
    "editor": (1, 1.0, 0.40, 0.3, 0.02, 0.20, 0.0, 0.1, 0.01, 0.2),
    "viewer": (1, 0.0, 0.00, 0.0, 0.00, 0.15, 0.0, 0.7, 0.01, 0.3),
}
ROLES = ("admin", "editor", "viewer")
MOST_USERS = 34
COLUMNS = ("account", "user", "role", "event", "second", "amount")


@dataclass(frozen=True)
class User:
    key: str
    account_key: str
    role: str
    joined_day: int
    becomes_editor_day: int | None
    rate: float


@dataclass(frozen=True)
class Usage:
    """Equally long columns, oldest first; ``event`` indexes EVENTS, ``role`` indexes ROLES."""

    account_keys: list[str]
    user_keys: list[str]
    account: npt.NDArray[np.int32]
    user: npt.NDArray[np.int32]
    role: npt.NDArray[np.int8]
    event: npt.NDArray[np.int8]
    second: npt.NDArray[np.int64]
    amount: npt.NDArray[np.int16]


def make_users(rng: np.random.Generator, customer: Customer) -> list[User]:
    """The people of an account who open the product; a broad account lets more of them edit."""
    count = int(
        np.clip(round(customer.employees**0.42 * math.exp(rng.normal(-0.35, 0.25))), 2, MOST_USERS)
    )
    editors = 1 / (1 + math.exp(-(-0.5 + 0.85 * customer.traits.broad)))
    users = []
    for number in range(count):
        joined = 0 if number < 2 else int(rng.gamma(1.2, 70))
        draw, wait, later = rng.random(), int(rng.gamma(2, 60)), rng.random()
        role = "admin" if number == 0 else "editor" if draw < editors else "viewer"
        turns = joined + wait if role == "viewer" and later < 0.45 * editors else None
        rate = 0.30 * math.exp(0.35 * customer.traits.lively + rng.normal(-0.2, 0.5))
        key = f"U-{customer.key[2:]}-{number + 1:02d}"
        users.append(User(key, customer.key, role, joined, turns, min(rate, 0.9)))
    return users


def make_usage(
    rng: np.random.Generator,
    customers: list[Customer],
    terms: list[Term],
    users: dict[str, list[User]],
    now: datetime,
    zone: str,
) -> Usage:
    notices = {t.account_key: (t.notice_on, t.end) for t in terms if t.notice_on}
    columns: dict[str, list[npt.NDArray[np.int64]]] = {name: [] for name in COLUMNS}
    user_keys: list[str] = []
    for index, customer in enumerate(customers):
        for user in users[customer.key]:
            part = _of_user(rng, customer, user, notices.get(customer.key), now, zone)
            count = len(part["second"])
            part["account"] = np.full(count, index)
            part["user"] = np.full(count, len(user_keys))
            user_keys.append(user.key)
            for name, values in columns.items():
                values.append(part[name])
    whole = {name: np.concatenate(values) for name, values in columns.items()}
    order = np.argsort(whole["second"], kind="stable")
    order = order[whole["second"][order] < int(now.timestamp())]
    return Usage(
        account_keys=[c.key for c in customers],
        user_keys=user_keys,
        account=whole["account"][order].astype(np.int32),
        user=whole["user"][order].astype(np.int32),
        role=whole["role"][order].astype(np.int8),
        event=whole["event"][order].astype(np.int8),
        second=whole["second"][order],
        amount=whole["amount"][order].astype(np.int16),
    )


def _of_user(
    rng: np.random.Generator,
    customer: Customer,
    user: User,
    notice: tuple[date | None, date | None] | None,
    now: datetime,
    zone: str,
) -> dict[str, npt.NDArray[np.int64]]:
    """Everything one user did, first day to last."""
    midnight = datetime.combine(customer.signed_up, time(), tzinfo=ZoneInfo(zone))
    last = customer.left_on or now.astimezone(ZoneInfo(zone)).date()
    days = np.arange(user.joined_day, (last - customer.signed_up).days + 1)
    weekday = (days + customer.signed_up.weekday()) % 7
    works = np.where(weekday < 5, 1.0, 0.12) * user.rate * _drift(rng, len(days))
    days = days[rng.random(len(days)) < works]
    if user.key.endswith("-01") and (not len(days) or days[0] > 2):
        days = np.concatenate([np.arange(min(1, (last - customer.signed_up).days + 1)), days])
    counts, roles = _counts(rng, customer, user, days, notice)
    sitting = np.repeat(np.arange(len(days)), counts.sum(axis=1))
    event = np.repeat(np.tile(np.arange(len(EVENTS)), len(days)), counts.ravel())
    begins = rng.normal(10.5, 2.8, len(days)).clip(5.5, 20) * 3600
    offset = (
        np.cumsum(rng.integers(20, 160, len(sitting))) if len(sitting) else np.zeros(0, np.int64)
    )
    first = (
        np.concatenate([[0], np.cumsum(counts.sum(axis=1))[:-1]]).astype(np.int64)
        if len(days)
        else np.zeros(0, np.int64)
    )
    offset = offset - offset[first][sitting] if len(sitting) else offset
    second = (
        int(midnight.astimezone(UTC).timestamp())
        + days[sitting] * 86400
        + begins.astype(np.int64)[sitting]
        + offset
    )
    amount = np.where(
        event == PHOTO, rng.integers(1, 7, len(event)), rng.integers(2, 25, len(event))
    )
    return {
        "role": roles[sitting],
        "event": event,
        "second": second.astype(np.int64),
        "amount": amount,
    }


def _drift(rng: np.random.Generator, days: int) -> npt.NDArray[np.float64]:
    """Busy and quiet weeks: a slow random walk around one that says nothing about renewal."""
    weeks = days // 7 + 1
    walk = np.zeros(weeks)
    shocks = rng.normal(0, 0.16, weeks)
    for week in range(1, weeks):
        walk[week] = 0.93 * walk[week - 1] + shocks[week]
    return np.exp(np.repeat(walk, 7)[:days])


def _counts(
    rng: np.random.Generator,
    customer: Customer,
    user: User,
    days: npt.NDArray[np.int64],
    notice: tuple[date | None, date | None] | None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """How often each event happened in each sitting, and the role the user had then."""
    turns = user.becomes_editor_day
    roles = np.full(len(days), ROLES.index(user.role))
    if turns is not None:
        roles[days >= turns] = ROLES.index("editor")
    means = np.array([HABITS[r] for r in ROLES])[roles]
    traits = customer.traits
    means[:, COMMENT] *= math.exp(0.6 * traits.chatty)
    means[:, PHOTO] *= math.exp(0.6 * traits.visual)
    counts = rng.poisson(means) if len(days) else np.zeros((0, len(EVENTS)), np.int64)
    counts[:, LOGIN] = 1
    reached = customer.first_value_days
    counts[days < (10**6 if reached is None else reached), SHARED] = 0
    if notice and notice[0]:
        after = days >= (notice[0] - customer.signed_up).days
        counts[after, EXPORT] += rng.poisson(1.2, int(after.sum()))
    if user.key.endswith("-01") and reached is not None and len(days):
        at = min(int(np.searchsorted(days, reached)), len(days) - 1)
        counts[at, SHARED] = (
            max(1, counts[at, SHARED]) if days[at] >= reached else counts[at, SHARED]
        )
    return counts, roles
