"""Files without the events of a person, or with a random user instead. Changes no table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from secrets import token_bytes

import pyarrow as pa

from banso.shared.lake import columns, compaction, engine, rules
from banso.shared.lake.compaction import Draft
from banso.shared.lake.models import Forgetting, Segment


@dataclass
class Round:
    """New files without the person, and how many events of which weeks were theirs."""

    draft: Draft = field(default_factory=Draft)
    by_week: Counter[int] = field(default_factory=Counter)


def without(asked: Forgetting, segments: list[Segment]) -> Round:
    """Draft files without the events of the person, or with a random user instead."""
    done, wanted = Round(), columns.promoted()
    theirs = rules.is_of_users(asked.user_keys, asked.account_ids)
    for segment in segments:
        stored = columns.relation([segment], wanted, columns.STORED)
        select = f"SELECT * FROM {stored} WHERE ({theirs}) IS NOT TRUE"  # noqa: S608 - by rules
        made = Segment(week=segment.week, rows=segment.rows, unknown_rows=segment.unknown_rows)
        tables = {}
        with engine.opened() as connection:
            if asked.mode == Forgetting.Mode.ERASE:
                rows, known = connection.execute(
                    f"SELECT COUNT(*), COUNT(account_id) FROM {stored} WHERE {theirs}"  # noqa: S608
                ).fetchall()[0]
                made.rows, made.unknown_rows = made.rows - rows, made.unknown_rows - rows + known
            else:
                plain = ", ".join(columns.STORED[:-1])
                found = connection.sql(
                    f"SELECT {plain} FROM {stored} WHERE {theirs}"  # noqa: S608 - by rules
                ).to_arrow_table()
                rows = found.num_rows
                tables["renamed"] = _renamed(found, asked.pseudonyms, asked.words)
                select += f" UNION ALL {columns.from_rows('renamed', wanted, columns.STORED)}"
        done.by_week[segment.week] += rows
        done.draft.replaces.append(segment)
        if made.rows:
            with done.draft.whole(), engine.opened(**tables) as connection:
                compaction.write(connection, done.draft, select, made, wanted)
    return done


def _renamed(found: pa.Table, pseudonyms: dict[str, str], words: list[str]) -> pa.Table:
    """The events with another user; their keys become random: the old ones could be tried out."""
    users = [pseudonyms[key] for key in found["user_key"].to_pylist()]
    props = [
        rules.without_words(text, words, user)
        for text, user in zip(found["props"].to_pylist(), users, strict=True)
    ]
    keys = [token_bytes(16) for _ in users]
    changed = {
        "user_key": pa.array(users, pa.string()),
        "props": pa.array(props, pa.string()),
        "key": pa.array(keys, pa.binary()),
    }
    for name, values in changed.items():
        found = found.set_column(found.schema.get_field_index(name), name, values)
    return found
