from __future__ import annotations

from banso.measure.metrics.writes.measuring import look_at_people_again
from banso.shared.journal.models import Entry
from banso.shared.journal.registry import on
from banso.shared.journal.writes import enqueue


@on("events.arrived")
@on("events.claimed")
@on("events.forgotten")
@on("events.expired")
@on("event.named")
@on("organisation.saved")
def measure_again(entry: Entry) -> None:
    """Events or core actions may be new."""
    enqueue("metrics.refresh", key="metrics.refresh")


@on("events.counted")
def propose_for_new_names(entry: Entry) -> None:
    """Names that nobody had seen may be worth a metric."""
    enqueue("metrics.suggest", key="metrics.suggest")


@on("import.finished")
@on("accounts.upserted")
@on("subscriptions.upserted")
@on("account.added")
def compare_customers(entry: Entry) -> None:
    """Sign-up dates or contracts may be new."""
    look_at_people_again()


@on("account.changed")
def compare_customers_of_other_days(entry: Entry) -> None:
    """Only the day of the sign-up matters here."""
    if "signed_up_on" in entry.payload.get("changes", {}):
        look_at_people_again()
