from __future__ import annotations

import pyarrow as pa

from banso.prove.prediction.checking import checked
from banso.prove.prediction.readings import decided
from banso.prove.prediction.reads import JOB, latest_check
from banso.prove.prediction.writes import keep_check
from banso.prove.studies.rules import fingerprint
from banso.shared import clock
from banso.shared.journal.registry import LONG, job
from banso.shared.users.reads import organisation


@job(JOB, lane=LONG)
def check_score() -> None:
    """Hold the score against the renewals; the same data and weights are not looked at again."""
    found = decided(clock.today(organisation().time_zone))
    if found is None:
        return
    rows = pa.table(
        {"account": found.account, "on": found.decided_on, "lost": found.not_renewed}
        | {line.key: found.points[:, n] for n, line in enumerate(found.lines)}
    )
    digest = fingerprint([found.lines, found.data_cut, rows])
    last = latest_check()
    if last is None or last.digest != digest:
        keep_check(data_cut=found.data_cut, digest=digest, numbers=checked(found).as_json())
