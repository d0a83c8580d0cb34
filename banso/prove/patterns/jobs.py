from __future__ import annotations

from banso.prove.patterns.reads import JOB, patterns
from banso.prove.patterns.writes import weigh
from banso.shared.journal.registry import job


@job(JOB)
def weigh_patterns() -> None:
    """Each pattern's level anew, each in a transaction of its own: running twice moves nothing."""
    for pattern in patterns():
        weigh(pattern=pattern)
