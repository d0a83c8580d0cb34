"""The inbox: what was accepted, as it is stored and read back for the compaction."""

from __future__ import annotations

import pyarrow as pa

from banso.shared.lake import packing, registry, rules
from banso.shared.lake.models import Batch

ARROW = "arrow"


class Unreadable(Exception):
    """An inbox row cannot be read back whole: it stays where it is, nothing is lost."""


def rows_in(batch: Batch) -> pa.Table:
    """The events of an inbox row, exactly as many as were acknowledged, or ``Unreadable``."""
    payload = bytes(batch.payload)
    if batch.format == ARROW:
        table = packing.unpacked(payload)
    else:
        decode = registry.decoder_of(batch.format)
        if decode is None:
            raise Unreadable(
                f"Inbox row {batch.pk} has the format {batch.format!r}, which no installed app "
                "reads: start the version of Banso that wrote it."
            )
        table = decode(payload, batch.meta, batch.source, batch.received_at)
    if table.num_rows != batch.rows:
        raise Unreadable(
            f"Inbox row {batch.pk} from {batch.source!r} gives {table.num_rows} events and "
            f"{batch.rows} were acknowledged: it stays in the inbox; please report this."
        )
    return table.cast(rules.ARRIVING)
