"""How tests send: a client with a key, and what reached the lake."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from banso.shared.lake import reads, writes


def sent(
    client: Client,
    token: str,
    body: Any,
    path: str = "/api/v1/events",
    kind: str = "application/json",
    **headers: str,
) -> Any:
    """POST with the key; text and bytes go as they are, the rest as JSON."""
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    given = {"Authorization": f"Bearer {token}"} | {
        k.replace("_", "-"): v for k, v in headers.items()
    }
    return client.post(path, data, content_type=kind, headers=given)


def stored() -> list[dict[str, Any]]:
    """The events of the lake after its compaction, by time."""
    writes.compact()
    found: list[dict[str, Any]] = reads.query(
        "SELECT * FROM events ORDER BY ts_us, name"
    ).to_pylist()
    return found
