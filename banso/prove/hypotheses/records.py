"""What the ledger keeps of a hypothesis and of a check: the content of their links."""

from __future__ import annotations

from typing import Any

from banso.prove.hypotheses.models import Check, Hypothesis, OwnOutcome

CLAIM = (
    "statement", "metric_version", "metric_shape", "metric_params", "compare", "threshold",
    "outcome", "direction", "segment_key", "segment_level", "smallest", "every_months",
)  # fmt: skip
OF_OUTCOME = ("name", "origin", "params", "compare", "counts")
OF_CHECK = ("opened", "result", "level_before", "level_after", "figures")


def own_outcome(key: str) -> OwnOutcome | None:
    """The organisation's own outcome with this key; None for any other."""
    kind, _dot, pk = key.partition(".")
    if kind != "own" or not pk.isdigit():
        return None
    return OwnOutcome.objects.filter(pk=int(pk)).first()


def claim_of(hypothesis: Hypothesis) -> dict[str, Any]:
    """The whole claim, by which it can be proven that nothing was changed afterwards.

    An outcome of the organisation's own is kept with what it means.
    """
    own = hypothesis.own_outcome
    meaning = {} if own is None else {"meaning": {n: getattr(own, n) for n in OF_OUTCOME}}
    return (
        {name: getattr(hypothesis, name) for name in CLAIM}
        | meaning
        | {
            "hypothesis": hypothesis.pk,
            "metric": hypothesis.metric.key,
            "author": hypothesis.author_id,
            "registered_on": hypothesis.registered_on.isoformat(),
            "replaces": hypothesis.replaces_id,
        }
    )


def outcome_of(check: Check) -> dict[str, Any]:
    """What a check saw and what followed."""
    days = {name: getattr(check, name) for name in ("data_cut", "since", "until", "expected_by")}
    return (
        {"hypothesis": check.hypothesis_id}
        | {name: getattr(check, name) for name in OF_CHECK}
        | {name: day.isoformat() if day else None for name, day in days.items()}
    )
