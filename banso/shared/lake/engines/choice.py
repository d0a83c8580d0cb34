"""Which engine answers here: ``settings.LAKE_ENGINE``."""

from __future__ import annotations

from django.conf import settings

from banso.shared.lake.engines.protocol import Engine

NAMES = ("duckdb", "spark", "clickhouse")


def engine(name: str = "") -> Engine:
    """The named engine, or the one of the settings; ``EngineMissing`` says what to install."""
    chosen = name or settings.LAKE_ENGINE
    if chosen == "spark":
        from banso.shared.lake.engines.spark import Spark

        return Spark()
    if chosen == "clickhouse":
        from banso.shared.lake.engines.clickhouse import ClickHouse

        return ClickHouse()
    if chosen == "duckdb":
        from banso.shared.lake.engines.embedded import Embedded

        return Embedded()
    raise ValueError(f"{chosen!r} is no engine: one of {', '.join(NAMES)}")
