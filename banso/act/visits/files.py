"""The pages' tables as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from banso.act.visits import words
from banso.act.visits.done import Row
from banso.act.visits.models import Visit
from banso.act.visits.pages import finding_rows, thanks_lines, thanks_told
from banso.act.visits.reads import lines, reasons_of
from banso.act.visits.rules import Candidate
from banso.act.visits.writes import address_of
from banso.listen.surveys.models import Response, Wave
from banso.shared.users.models import User

File = tuple[list[str], Iterable[Sequence[object]]]
AT_ONCE = 500


def _slices(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(found), AT_ONCE):
        yield found[start : start + AT_ONCE]


def candidates_file(user: User, wave: Wave, found: Sequence[Candidate]) -> File:
    """One line for each person behind a reason; a customer where nobody answered has one line."""
    header = [
        _("Customer"), _("External id"), _("Owner"), _("Reasons"), _("Person"), _("E-mail"),
        _("Reasons of this person"), _("Recommendation"), _("Visit"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for some in _slices(found):
            for line in lines(user, wave, some):
                account = line.account
                reasons = " / ".join(str(words.REASON[key]) for key in line.reasons)
                told: list[object] = [
                    account.name,
                    account.external_id,
                    str(account.owner or ""),
                    reasons,
                ]
                day = _visit_told(line.visit)
                for answer in line.people:
                    own = " / ".join(str(words.REASON[key]) for key in reasons_of(answer))
                    said = [_name(answer), address_of(answer), own, answer.recommend, day]
                    yield [*told, *said]
                if not line.people:
                    yield [*told, "", "", "", None, day]

    return header, rows()


def _name(answer: Response) -> str:
    return str(answer.person or answer.user or "")


def _visit_told(visit: Visit | None) -> str:
    if visit is None:
        return ""
    if visit.held_on:
        return _("Visited on %(day)s") % {"day": visit.held_on.isoformat()}
    day = visit.planned_on.isoformat() if visit.planned_on else ""
    return _("Planned a visit on %(day)s") % {"day": day} if day else _("Planned a visit")


def thanks_file(answers: Sequence[Response]) -> File:
    header = [_("Customer"), _("Person"), _("E-mail"), _("Answered on"), _("Thanked")]

    def rows() -> Iterator[list[object]]:
        for some in _slices(answers):
            for line in thanks_lines(some):
                answer = line["answer"]
                yield [
                    str(answer.account or ""), _name(answer), address_of(answer),
                    answer.submitted_on, thanks_told(line["thanks"]),
                ]  # fmt: skip

    return header, rows()


def visits_file(found: Iterable[Visit]) -> File:
    header = [
        _("Customer"), _("Owner"), _("Wave"), _("Reasons"), _("Day of the visit"), _("Held on"),
        _("Who goes"), _("Questions to ask"), _("What we found on real usage"),
    ]  # fmt: skip
    rows = (
        [
            visit.account.name, str(visit.account.owner or ""), str(visit.wave or ""),
            " / ".join(str(words.REASON.get(key, key)) for key in visit.reasons), visit.planned_on,
            visit.held_on, ", ".join(str(user) for user in visit.goers.all()), visit.questions,
            visit.found,
        ]
        for visit in found
    )  # fmt: skip
    return header, rows


def findings_file(found: Iterable[Any]) -> File:
    header = [
        _("Written on"), _("Customer"), _("What is it"), _("In one or two sentences"),
        _("About what"), _("Who does it"), _("Due on"), _("Done on"),
    ]  # fmt: skip
    rows = (
        [
            row["finding"].created_at.date(), row["finding"].account.name,
            row["finding"].get_kind_display(), row["finding"].text, row["about"],
            str(row["finding"].owner or ""), row["finding"].due_on,
            row["done_on"].date() if row["done_on"] else None,
        ]
        for row in finding_rows(found)
    )  # fmt: skip
    return header, rows


def done_file(rows: Iterable[Row]) -> File:
    header = [
        _("About what"), _("Requests and actions"), _("Tasks"), _("Tasks done"),
        _("Before"), _("n before"), _("After"), _("n after"), _("Change in points"), _("Low"),
        _("High"),
    ]  # fmt: skip

    def told(row: Row) -> list[object]:
        after, points = row.after, row.points or (None, None, None)
        return [
            row.label, row.found, row.tasks, row.done, _rounded(row.before.percent), row.before.n,
            _rounded(after.percent if after else None), after.n if after else None,
            *map(_rounded, points),
        ]  # fmt: skip

    return header, (told(row) for row in rows)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
