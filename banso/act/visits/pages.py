"""What the pages show, beyond what is read for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from banso.act.visits import rules, words
from banso.act.visits.answers import told
from banso.act.visits.done import Row
from banso.act.visits.models import Finding, Thanks, Visit
from banso.act.visits.reads import (
    answers_of,
    candidates,
    reasons_of,
    thanks_by_response,
    visited,
)
from banso.know.accounts.models import Account
from banso.listen.surveys.definition import Definition
from banso.listen.surveys.models import Response, Wave
from banso.listen.surveys.reads import definition_of
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.reads import measures_of_account
from banso.measure.metrics.wording import shown
from banso.shared.figures import figure
from banso.shared.slots import account_panels
from banso.shared.users.models import User
from banso.shared.users.reads import people_who_own

FREE, PLANNED, VISITED = "free", rules.OPEN, rules.HELD
USAGE_SHOWN = 8


def language() -> str:
    return (get_language() or "en")[:2]


def kept(params: QueryDict, **changes: str) -> str:
    """The address's filters with some changed, without the page and the format."""
    asked = params.copy()
    for name in ("page", "format"):
        asked.pop(name, None)
    for name, value in changes.items():
        asked[name] = value
    return asked.urlencode()


def owner_choices(user: User) -> list[tuple[str, str]]:
    found = [("", _("Everybody’s customers")), ("mine", _("Mine"))]
    if user.team_id is not None:
        found.append(("team", _("My team’s")))
    found.append(("nobody", _("Nobody’s")))
    return found + [(str(one.pk), str(one)) for one in people_who_own()]


def wave_name(wave: Wave) -> str:
    return _("%(survey)s, %(wave)s") % {"survey": wave.survey.name, "wave": wave.name}


def in_state(found: Sequence[rules.Candidate], wave: Wave, state: str) -> list[rules.Candidate]:
    """Those without a visit, with a planned one, or visited; all without a state."""
    if state not in (FREE, PLANNED, VISITED):
        return list(found)
    stands = visited(wave)
    return [one for one in found if stands.get(one.account_id, FREE) == state]


def reason_counts(found: Iterable[rules.Candidate]) -> list[dict[str, Any]]:
    """How many customers each reason brings, in the order of the reasons."""
    counts = dict.fromkeys(rules.REASONS, 0)
    for one in found:
        for reason in one.reasons:
            counts[reason] += 1
    return shown_reasons(counts, counts)


def headline(wave: Wave, found: Sequence[rules.Candidate]) -> str:
    if wave.is_anonymous:
        return _("This wave was anonymous, so it names nobody to visit.")
    if not found:
        return _("No answer of this wave asks for a visit.")
    said = ngettext(
        "%(n)s customer has a reason to be visited.",
        "%(n)s customers have a reason to be visited.",
        len(found),
    )
    first = [one for one in found if one.reasons[0] == found[0].reasons[0]]
    most = ngettext(
        "Begin with the %(n)s of “%(reason)s”.", "Begin with the %(n)s of “%(reason)s”.", len(first)
    )
    named = {"n": figure(len(first)), "reason": words.REASON[found[0].reasons[0]]}
    return f"{said % {'n': figure(len(found))}} {most % named}"


def shown_reasons(keys: Iterable[str], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "name": words.REASON[key],
            "why": words.WHY[key],
            "icon": words.ICON[key],
            "n": counts.get(key, 0),
        }
        for key in keys
        if key in words.REASON
    ]


def person_lines(answers: Iterable[Response]) -> list[dict[str, Any]]:
    """Who gave which reason."""
    return [
        {
            "answer": answer,
            "holder": answer.person or answer.user,
            "reasons": [words.REASON[key] for key in reasons_of(answer)],
        }
        for answer in answers
    ]


def suggested(account: Account, wave: Wave | None, reasons: Sequence[str]) -> str:
    """Questions for a visit, one a line, from what the customer's people answered."""
    answers = answers_of(wave, account.pk) if wave else []
    definition = definition_of(wave.version) if wave else None
    troubles = _named(answers, definition, "trouble_kind")
    excuses = _named(answers, definition, "why_not")
    return "\n".join(words.questions_for(reasons, troubles, excuses))


def _named(answers: list[Response], definition: Definition | None, meaning: str) -> list[str]:
    """What the answers chose, in words, the most named first; own words as they were written."""
    question = definition.meaning(meaning) if definition else None
    if definition is None or question is None:
        return []
    labels = words.labels_of(definition, meaning, language())
    counts: dict[str, int] = {}
    for answer in answers:
        given = answer.answers.get(question.key, [])
        for value in given if isinstance(given, list) else [given]:
            label = labels.get(value) or str(value).removeprefix("other:")
            counts[label] = counts.get(label, 0) + 1
    return sorted(counts, key=lambda label: (-counts[label], label))[:3]


def reasons_for(account: Account, wave: Wave | None) -> list[str]:
    """Why this customer is visited after this wave."""
    found = candidates(wave, Q(pk=account.pk)) if wave else []
    return found[0].reasons if found else []


def detail(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    """What was answered, how the product is used, and what the visit brought."""
    answers = answers_of(visit.wave, visit.account_id) if visit.wave else []
    thanks = thanks_by_response(answers)
    definition = definition_of(visit.wave.version) if visit.wave else None
    troubles = words.labels_of(definition, "trouble_kind", language()) if definition else {}
    return {
        "visit": visit,
        "state": rules.state_of(
            held=visit.held_on is not None, called_off=visit.called_off_at is not None
        ),
        "reasons": shown_reasons(visit.reasons, {}),
        "questions": visit.questions.splitlines(),
        "answers": [
            {
                "answer": answer, "holder": answer.person or answer.user,
                "told": told(answer, language()), "thanks": thanks.get(answer.pk),
            }
            for answer in answers
        ],
        "usage": _usage(request, visit.account),
        "usage_then": usage_then(visit),
        "findings": finding_rows(visit.findings.select_related("task", "owner", "account")),
        "troubles": troubles,
    }  # fmt: skip


def _usage(request: HttpRequest, account: Account) -> str:
    """The panel that the customer's page has of its usage; nothing where no app fills it."""
    found = (one.value for one in account_panels.fillings() if one.key == "usage")
    panel = next(found, None)
    return panel.render(request, account) if panel else ""


def usage_then(visit: Visit) -> list[tuple[str, str]]:
    """What the main metrics said when the visit was written down."""
    values = visit.usage.get("values", {})
    told_of = MetricDefinition.with_retired.filter(key__in=values)
    return [(d.name, shown(values[d.key], d.unit)) for d in told_of[:USAGE_SHOWN]]


def usage_now(account_id: int) -> dict[str, Any]:
    """What is kept of the metrics with what a visit found."""
    measures = measures_of_account(account_id)
    if measures is None:
        return {}
    values = {key: kept["v"] for key, kept in measures.values.items() if kept.get("v") is not None}
    return {"as_of": measures.as_of.isoformat(), "values": values}


def finding_rows(found: Iterable[Finding]) -> list[dict[str, Any]]:
    rows = []
    for finding in found:
        kinds = {}
        if finding.meaning == "trouble_kind" and finding.wave:
            kinds = words.labels_of(definition_of(finding.wave.version), "trouble_kind", language())
        rows.append(
            {
                "finding": finding,
                "about": words.subject_label(finding.meaning, finding.value, kinds),
                "done_on": finding.task.done_at if finding.task else None,
            }
        )
    return rows


def thanks_lines(answers: Sequence[Response]) -> list[dict[str, Any]]:
    found = thanks_by_response(answers)
    return [
        {
            "answer": answer,
            "holder": answer.person or answer.user,
            "thanks": found.get(answer.pk),
        }
        for answer in answers
    ]


def thanks_told(thanks: Thanks | None) -> str:
    """How and when somebody was thanked, for a file."""
    if thanks is None:
        return ""
    day = date_format(thanks.at, "SHORT_DATE_FORMAT")
    return f"{thanks.get_state_display()} ({thanks.get_means_display()}) {day}"


def done_headline(rows: Sequence[Row], after: Wave | None) -> str:
    """How much was done, and whether there is a later result to read beside it."""
    tasks, done = sum(row.tasks for row in rows), sum(row.done for row in rows)
    if not tasks:
        said = _("No request or action about the survey was written down in this time.")
    else:
        said = ngettext(
            "Of %(tasks)s task that visits brought, %(done)s is done.",
            "Of %(tasks)s tasks that visits brought, %(done)s are done.",
            tasks,
        ) % {"tasks": figure(tasks), "done": figure(done)}
    if after is None:
        return said + " " + _("The next wave’s result will stand here beside it.")
    return said
