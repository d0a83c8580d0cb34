"""What may be compared with renewal, and what a value counts for (METHODS 1.3, 1.4, 3.1)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Kind = Literal["number", "flag", "nominal"]
Leak = Literal["", "outcome", "lifetime", "tenure"]

MOST_LEVELS = 50
FIRST_TIME_CAP_DAYS = 90
TRACKING_WINDOW_DAYS = 28

_OUTCOME = re.compile(
    r"churn|cancel|terminat|unsubscrib|non.?renew|off.?board|notice.?(given|date|of.?(end|leav))|"
    r"解約|退会|離脱|失注|解除|契約終了|利用停止",
    re.IGNORECASE,
)
_LIFETIME = re.compile(
    r"life.?time|cumulat|total.?(charge|bill|revenue|paid|payment|amount|spen[dt]|usage|use|login)|"
    r"累計|累積|通算|総(額|利用|請求|支払|売上)",
    re.IGNORECASE,
)
_TENURE = re.compile(
    r"tenure|months?.?(since|as.?customer)|在籍|(契約|利用|継続)(月数|年数|日数|期間)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Candidate:
    """Something to compare with renewal: one value per decision row.

    values, late: at the landmark and on the day of the decision (None: cannot be measured then).
    leak: why its definition looks past the landmark. recorded_late: values we have, but wrote down
    only after the landmark, so that they are no evidence. replaces: the shared term it is itself.
    """

    key: str
    group: Literal["metric", "attribute"]
    kind: Kind
    label_en: str
    label_ja: str
    values: Any
    late: Any = None
    leak: Leak = ""
    recorded_late: int = 0
    replaces: Literal["contract", "tenure"] | None = None
    unit: str = ""


def leak_in_field(*, names: Iterable[str], known_when: str) -> Leak:
    """Why a field's definition looks past the landmark; "" when it does not.

    What the organisation says about the field comes first; the name speaks where it said only that
    the value changes.
    """
    if known_when == "outcome":
        return "outcome"
    if known_when == "start":
        return ""
    text = " ".join(name.replace("_", " ") for name in names)
    for leak, words in (("outcome", _OUTCOME), ("lifetime", _LIFETIME), ("tenure", _TENURE)):
        if words.search(text):
            return leak  # type: ignore[return-value]
    return ""


def leak_in_metric(parts: Any) -> Leak:
    """Whether a metric counts events that are themselves about leaving, by their names."""
    return "outcome" if any(_OUTCOME.search(text) for text in _texts(parts)) else ""


def _texts(parts: Any) -> Iterable[str]:
    if isinstance(parts, str):
        yield parts
    elif isinstance(parts, Mapping):
        for value in parts.values():
            yield from _texts(value)
    elif isinstance(parts, Sequence):
        for value in parts:
            yield from _texts(value)


def kind_of_numbers(values: Iterable[Any]) -> Kind:
    """Yes/no when nothing but 0 and 1 occurs."""
    return (
        "flag"
        if {float(value) for value in values if value is not None} <= {0.0, 1.0}
        else "number"
    )


def comparable_levels(values: Sequence[str | None]) -> bool:
    """Whether text names groups: names and addresses have a value of their own each."""
    known = [value for value in values if value]
    levels = len(set(known))
    return 2 <= levels <= MOST_LEVELS and 2 * levels <= len(known)


def known_at_landmark(
    values: pa.Array, *, recorded_on: Ints, landmark: Ints
) -> tuple[pa.Array, int]:
    """The values that were written down by the landmark, and how many others there are."""
    in_time = pa.array(recorded_on <= landmark)
    late = pc.sum(pc.and_(pc.is_valid(values), pc.invert(in_time))).as_py() or 0
    return pc.if_else(in_time, values, pa.scalar(None, values.type)), int(late)


def with_the_not_yet(values: Floats, censored: npt.NDArray[np.bool_], waited: Floats) -> Floats:
    """Days to a first time, capped at 90: those who have not done it after 90 days count 90.

    Leaving them out would keep only those who succeeded. Who has not done it and was not there
    for 90 days is unknown. waited: days since sign-up (or since the event from which it counts) at
    the time of measuring.
    """
    capped = np.minimum(values, FIRST_TIME_CAP_DAYS)
    not_yet = np.where(waited >= FIRST_TIME_CAP_DAYS, float(FIRST_TIME_CAP_DAYS), np.nan)
    return np.asarray(np.where(censored, not_yet, capped))


def fingerprint(parts: Iterable[Any]) -> str:
    """A hash over tables, arrays and plain values, the same for the same content."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, pa.Table):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, part.schema) as stream:
                stream.write_table(part.combine_chunks())
            digest.update(sink.getvalue())
        else:
            digest.update(repr(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()


def quarter_ends(first: date, cut: date, most: int = 8) -> list[date]:
    """Last days of the last quarters that had decisions, and the cut itself, ascending."""
    ends, day = [cut], cut.replace(day=1) - timedelta(days=1)
    while day >= first and len(ends) < most:
        if day.month % 3 == 0:
            ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return ends[::-1]
