"""The intent to continue, as answered in surveys, as something a hypothesis may be about."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.models import Asked, Response
from banso.prove.contrasts.rules import TOP
from banso.prove.hypotheses.outcomes import Outcome, outcomes
from banso.prove.hypotheses.own import decided_rows
from banso.prove.hypotheses.own_decisions import held_terms

KEY = "survey.intent"


def answered(data_cut: date, landmark_days: int) -> pa.Table:
    """One row per handed-in answer of a customer's person that says its intent; without it: below
    the two highest.
    """
    rows = _answers().filter(submitted_on__lte=data_cut).order_by("submitted_on", "account_id")
    told = list(rows.values_list("account_id", "submitted_on", "intent").iterator())
    account, on, intent = zip(*told, strict=True) if told else ((), (), ())
    came = [value >= TOP["intent"] for value in intent]
    return decided_rows(account, on, came, held_terms(), landmark_days=landmark_days)


def answered_until(today: date) -> date | None:
    """Answers are known as soon as they are given; None before the first."""
    return today if _answers().filter(submitted_on__lte=today).exists() else None


def _answers() -> QuerySet[Response]:
    return Response.objects.filter(
        wave__survey__asked=Asked.CUSTOMERS, submitted_on__isnull=False, account__isnull=False,
        intent__isnull=False,
    )  # fmt: skip


def fill_intent() -> None:
    name = _("Intent to continue (surveys)")
    outcomes.fill(KEY, Outcome(name, _("without the intent"), answered, answered_until), order=30)
