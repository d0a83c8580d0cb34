"""The customers and people behind a branch or a chosen value, with what they said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from banso.know.accounts.filters import found_by_text
from banso.know.accounts.models import Account
from banso.listen.surveys.models import Leaf, Response, ResponseChoice
from banso.measure.experience.asking import Asked
from banso.measure.experience.columns import NONE
from banso.measure.experience.reads import chosen_answers
from banso.measure.experience.result import UNDER, under
from banso.measure.experience.rules import ALL, BRANCHES
from banso.measure.experience.wording import BRANCH_NAMES, choice_names
from banso.shared.upserts.writes import slices


@dataclass(frozen=True)
class Behind:
    """What was asked for in words, the text looked for, and the answers, the unhappiest first."""

    name: str
    branch: str
    chosen: str
    q: str
    ids: list[int]
    accounts: int


def behind(asked: Asked, given: Mapping[str, str]) -> Behind | None:
    """None for a branch or a value that is not there."""
    branch, chosen = given.get("branch", ALL), given.get("chosen", "")
    meaning, _colon, value = chosen.partition(":")
    if branch not in BRANCHES or (chosen and meaning not in UNDER):
        return None
    answers, _mask = chosen_answers(asked.wave, asked.only, asked.asof)
    found = answers.only(under(answers, BRANCHES[branch]))
    name = str(BRANCH_NAMES[branch])
    if chosen:
        rows = ResponseChoice.objects.filter(
            response__wave=asked.wave, meaning=meaning, value=value
        )
        named = np.array(rows.values_list("response_id", flat=True), dtype=np.int64)
        found = found.only(np.isin(found.ids, named))
        name = choice_names(asked.wave).get(meaning, {}).get(value, value)
    q = given.get("q", "").strip()[:200]
    if q:
        ids = found_by_text(Account.objects.all(), q).values_list("pk", flat=True)
        found = found.only(np.isin(found.account, np.array(ids, dtype=np.int64)))
    order = np.lexsort((found.ids, found.recommend, found.intent))
    known = found.account[found.account != NONE]
    return Behind(name, branch, chosen, q, found.ids[order].tolist(), len(np.unique(known)))


def lines_of(ids: Iterable[int]) -> list[dict[str, Any]]:
    """One line for each answer, in their order."""
    wanted = list(ids)
    rows = Response.objects.filter(pk__in=wanted).select_related("account", "person")
    found = {one.pk: one for one in rows}
    return [
        {
            "account": one.account,
            "person": one.person,
            "leaf": Leaf(one.leaf).label if one.leaf else "",
            "satisfaction": one.satisfaction,
            "intent": one.intent,
            "recommend": one.recommend,
            "on": one.submitted_on,
        }
        for one in (found[pk] for pk in wanted if pk in found)
    ]


def behind_csv(found: Behind) -> tuple[list[str], Iterator[list[Any]]]:
    header = [
        _("Customer"), _("External id"), _("Person"), _("Branch"), _("Satisfaction"),
        _("Intent to continue"), _("Intent to recommend"), _("Answered on"),
    ]  # fmt: skip
    return header, _csv_rows(found)


def _csv_rows(found: Behind) -> Iterator[list[Any]]:
    for some in slices(found.ids):
        for line in lines_of(some):
            account, person = line["account"], line["person"]
            yield [
                account.name if account else "",
                account.external_id if account else "",
                person.name if person else "",
                line["leaf"], line["satisfaction"], line["intent"], line["recommend"], line["on"],
            ]  # fmt: skip
