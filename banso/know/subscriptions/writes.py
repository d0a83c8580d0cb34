from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from banso.know.accounts.models import Account
from banso.know.accounts.writes import ACCOUNT_CHANGED, set_figures
from banso.know.subscriptions.figures import Term, figures
from banso.know.subscriptions.models import Subscription
from banso.shared import clock
from banso.shared.journal.writes import note_changes, record
from banso.shared.upserts.rules import CHANGED, CREATED, Outcome
from banso.shared.upserts.writes import slices, upsert
from banso.shared.users.models import User
from banso.shared.users.reads import organisation

FIGURES = ("next_renewal_on", "mrr_minor", "currency")


@transaction.atomic
def upsert_subscriptions(
    *, by: User | None, source: str, rows: Sequence[Mapping[str, Any]], dry_run: bool = False
) -> list[Outcome]:
    """Create or change subscriptions by their id in the source; the accounts' figures follow."""
    outcomes = upsert(
        Subscription, source=source, rows=[dict(row) for row in rows], dry_run=dry_run
    )
    count = Counter(outcome.state for outcome in outcomes)
    if not dry_run and (count[CREATED] or count[CHANGED]):
        record(
            "subscriptions.upserted",
            by=by,
            source=source,
            created=count[CREATED],
            changed=count[CHANGED],
        )
        moved = {
            change.old for o in outcomes for change in o.changes if change.field == "account_id"
        }
        touched = (
            row["account_id"]
            for row, o in zip(rows, outcomes, strict=True)
            if o.state in (CREATED, CHANGED)
        )
        account_ids = {*touched, *moved}
        refresh_figures(account_ids)
        note_changes(ACCOUNT_CHANGED, account_ids=account_ids)
    return outcomes


@transaction.atomic
def refresh_figures(account_ids: Iterable[int]) -> int:
    """Bring MRR and next renewal of these accounts up to date; the number that changed."""
    today = clock.today(organisation().time_zone)
    changed = 0
    for some in slices(sorted(set(account_ids)), 2_000):
        terms: dict[int, list[Term]] = defaultdict(list)
        names = ("account_id", *Term.__dataclass_fields__)
        for part in slices(some):
            for account_id, *values in Subscription.objects.filter(account__in=part).values_list(
                *names
            ):
                terms[account_id].append(Term(*values))
        wanted = {pk: asdict(figures(terms[pk], today)) for pk in some}
        kept = _kept_figures(some)
        differing = {pk: wanted[pk] for pk in some if kept.get(pk, wanted[pk]) != wanted[pk]}
        changed += set_figures(figures=differing)
    return changed


def _kept_figures(account_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    kept: dict[int, dict[str, Any]] = {}
    for part in slices(account_ids):
        rows = Account.objects.filter(pk__in=part)
        for pk, *values in rows.values_list("pk", *FIGURES):
            kept[pk] = dict(zip(FIGURES, values, strict=True))
    return kept
