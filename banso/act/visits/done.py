"""What was done between two waves, beside how the answers changed: neither is called the other's
cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from django.db.models import Count, Q

from banso.act.visits.models import Finding
from banso.act.visits.words import labels_of, subject_label
from banso.listen.surveys import meanings
from banso.listen.surveys.models import ResponseChoice, Wave
from banso.listen.surveys.reads import definition_of, handed_in
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.year_change import Year, year_change

LEAVES_SHOWN = (
    meanings.NO_TROUBLE, meanings.NOT_CONSULTED, meanings.ABOVE, meanings.AS_EXPECTED,
    meanings.BELOW,
)  # fmt: skip
MINIMUM = 10


@dataclass(frozen=True)
class Share:
    """``n`` answers of which ``count`` say so, from so many customers (None where nobody knows)."""

    count: int
    n: int
    accounts: int | None

    @property
    def is_enough(self) -> bool:
        return self.n >= MINIMUM and (self.accounts is None or self.accounts >= MINIMUM)

    @property
    def percent(self) -> float | None:
        return 100 * self.count / self.n if self.is_enough else None


@dataclass(frozen=True)
class Row:
    """A kind of trouble or a leaf: what was done about it, and its share before and after."""

    meaning: str
    value: str
    label: str
    found: int
    tasks: int
    done: int
    before: Share
    after: Share | None
    change: Answer | NoAnswer | None

    @property
    def points(self) -> tuple[float, float, float] | None:
        """The change and its limits in percentage points."""
        if not isinstance(self.change, Answer) or self.after is None:
            return None
        if not (self.before.is_enough and self.after.is_enough):
            return None
        found = self.change
        return (100 * found.value, 100 * found.low, 100 * found.high)


class Answered:
    """The answers of a wave that say where in the tree they stand."""

    def __init__(self, wave: Wave) -> None:
        rows = list(
            handed_in(wave).exclude(leaf="").order_by("pk").values_list("pk", "account_id", "leaf")
        )
        self.n = len(rows)
        self.place = {pk: at for at, (pk, _account, _leaf) in enumerate(rows)}
        self.leaves = np.array([leaf for _pk, _account, leaf in rows], dtype=object)
        known = [account for _pk, account, _leaf in rows if account]
        self.accounts = len(set(known)) if len(known) == self.n else None
        self.account = [account or -pk for pk, account, _leaf in rows]
        self.chosen: dict[str, npt.NDArray[np.float64]] = {}
        choices = ResponseChoice.objects.filter(
            meaning="trouble_kind", response__in=handed_in(wave).exclude(leaf="").values("pk")
        )
        for pk, value in choices.values_list("response", "value").iterator():
            found = self.chosen.setdefault(value, np.zeros(self.n))
            found[self.place[pk]] = 1.0

    def says(self, meaning: str, value: str) -> npt.NDArray[np.float64]:
        """1 for each answer that names the kind of trouble, or stands at the leaf."""
        if meaning == "leaf":
            return np.asarray(self.leaves == value, dtype=np.float64)
        return self.chosen.get(value, np.zeros(self.n))

    def share(self, meaning: str, value: str) -> Share:
        return Share(int(self.says(meaning, value).sum()), self.n, self.accounts)


def change_between(
    before: Answered, after: Answered, meaning: str, value: str
) -> Answer | NoAnswer | None:
    if not before.n or not after.n:
        return None
    numbers = {pk: at for at, pk in enumerate(dict.fromkeys([*before.account, *after.account]))}
    years = [
        Year(
            each.says(meaning, value),
            np.array([numbers[pk] for pk in each.account], dtype=np.int64),
            np.zeros(each.n, dtype=np.int64),
        )
        for each in (before, after)
    ]
    return year_change(*years)


def done_between(start: date, end: date | None) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(findings, tasks made of them, tasks done) by what they are about, from one day to before
    another.
    """
    found = Finding.objects.filter(created_at__date__gte=start).exclude(kind=Finding.Kind.LEARNING)
    in_time = Q(task__done_at__isnull=False)
    if end is not None:
        found = found.filter(created_at__date__lt=end)
        in_time &= Q(task__done_at__date__lt=end)
    rows = (
        found.order_by()
        .values("meaning", "value")
        .annotate(found=Count("pk"), tasks=Count("task"), done=Count("pk", filter=in_time))
    )
    return {(r["meaning"], r["value"]): (r["found"], r["tasks"], r["done"]) for r in rows}


def rows_of(before: Wave, after: Wave | None, language: str) -> list[Row]:
    """Leaves first, then the kinds of trouble that the earlier wave asked for, most named first."""
    was = Answered(before)
    now = Answered(after) if after else None
    kinds = labels_of(definition_of(before.version), "trouble_kind", language)
    if after is not None:
        kinds |= labels_of(definition_of(after.version), "trouble_kind", language)
    done = done_between(before.opens_on, after.opens_on if after else None)
    subjects = [("leaf", leaf) for leaf in LEAVES_SHOWN]
    named = sorted(kinds, key=lambda value: -was.share("trouble_kind", value).count)
    subjects += [("trouble_kind", value) for value in named]
    return [_row(was, now, one, kinds, done.get(one, (0, 0, 0))) for one in subjects]


def _row(
    was: Answered,
    now: Answered | None,
    subject: tuple[str, str],
    kinds: dict[str, str],
    done: tuple[int, int, int],
) -> Row:
    return Row(
        *subject,
        subject_label(*subject, kinds),
        *done,
        was.share(*subject),
        now.share(*subject) if now else None,
        change_between(was, now, *subject) if now else None,
    )
