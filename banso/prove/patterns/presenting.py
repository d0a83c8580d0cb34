"""What the pages of patterns show, as plain rows and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from banso.prove.patterns import reads, rules
from banso.prove.patterns.models import Level, LevelChange, Pattern
from banso.prove.patterns.reads import Applied
from banso.prove.patterns.renewals import Counted, Later, counted, renewals_after
from banso.prove.patterns.sources import known_sources
from banso.prove.studies.wording import percent, together, whole

ICONS = {
    Level.TESTED: "arrows-shuffle", Level.ESTIMATED: "scale", Level.CANDIDATE: "target",
    Level.GOES_WITH: "link", Level.OPEN: "hourglass", Level.EXPERIENCE: "message",
    Level.AGAINST: "alert-triangle",
}  # fmt: skip
ABOUT_LEVELS = {
    Level.TESTED: gettext_lazy(
        "A random draw decided who got it, and those who got it fared better."
    ),
    Level.ESTIMATED: gettext_lazy(
        "Compared with customers like them, those who got it fared better. What nobody measured "
        "may be behind it."
    ),
    Level.CANDIDATE: gettext_lazy(
        "A difference remains with everything else held that is known. That is no proof."
    ),
    Level.GOES_WITH: gettext_lazy(
        "What it aims at goes with the outcome. Nobody knows yet whether doing it changes anything."
    ),
    Level.OPEN: gettext_lazy("It is linked to evidence, and none of it can be judged yet."),
    Level.EXPERIENCE: gettext_lazy("It is linked to no evidence: somebody's experience, so far."),
    Level.AGAINST: gettext_lazy(
        "The strictest comparison that can be judged does not bear it out."
    ),
}  # fmt: skip


def headline(found: Sequence[Pattern], counts: dict[int, tuple[int, int, int]]) -> str:
    """The answer of the list: how many there are, how many are borne out, who uses them."""
    borne = sum(pattern.level in rules.BORNE_OUT for pattern in found)
    used = sum(1 for pattern in found if counts.get(pattern.pk, (0, 0, 0))[0])
    first = ngettext("%(n)s pattern is described,", "%(n)s patterns are described,", len(found))
    rest = _("%(borne)s borne out by evidence so far, %(used)s in use.")
    told = {"n": whole(len(found)), "borne": whole(borne), "used": whole(used)}
    return together(first, rest) % told


def list_rows(found: Sequence[Pattern]) -> list[dict[str, Any]]:
    counts = reads.use_counts(pattern.pk for pattern in found)
    rows = []
    for pattern in found:
        uses, people, customers = counts.get(pattern.pk, (0, 0, 0))
        rows.append(
            {
                "pattern": pattern, "version": pattern.current, "icon": icon(pattern.level),
                "used": used_told(uses, people, customers),
                "uses": uses, "people": people, "customers": customers,
            }
        )  # fmt: skip
    return rows


def icon(level: str) -> str:
    return ICONS[Level(level)]


def about_level(level: str) -> str:
    return str(ABOUT_LEVELS[Level(level)])


def levels_shown() -> list[dict[str, str]]:
    return [
        {"value": level.value, "name": str(level.label), "icon": icon(level), "text": str(text)}
        for level, text in ABOUT_LEVELS.items()
    ]


def used_told(uses: int, people: int, customers: int) -> str:
    if not uses:
        return _("Not used yet")
    return _("Uses: %(uses)s, people: %(people)s, customers: %(customers)s") % {
        "uses": whole(uses), "people": whole(people), "customers": whole(customers),
    }  # fmt: skip


def evidence_rows(pattern: Pattern) -> list[dict[str, Any]]:
    """Each link with what it says today; one that its source no longer knows says so."""
    sources, rows = known_sources(), []
    for link in reads.links_of(pattern):
        source = sources.get(link.source)
        told = source.told(link.reference) if source else None
        standing = source.standing(link.reference) if source and source.standing else None
        rows.append(
            {
                "link": link, "told": told, "kind": str(source.label) if source else link.source,
                "says": says_told(standing) if standing else "",
                "against": standing is not None and standing.says == rules.AGAINST_IT,
            }
        )  # fmt: skip
    return rows


def says_told(standing: rules.Standing) -> str:
    if standing.says == rules.FOR:
        return _("Speaks for it, level %(rung)s") % {"rung": standing.rung}
    if standing.says == rules.AGAINST_IT:
        return _("Speaks against it, level %(rung)s") % {"rung": standing.rung}
    return _("Says nothing yet")


def level_history(changes: Iterable[LevelChange]) -> list[dict[str, Any]]:
    sources = known_sources()
    rows = []
    for change in changes:
        basis = [
            {
                "kind": str(sources[b["source"]].label) if b["source"] in sources else b["source"],
                "name": b["name"], "says": says_told(rules.Standing(b["says"], b["rung"])),
            }
            for b in change.basis
        ]  # fmt: skip
        rows.append({"change": change, "basis": basis})
    return rows


def spread(uses: Sequence[Applied], today: date) -> dict[str, Any] | None:
    """Who took it up when, month by month, as a table and a chart."""
    known = [(one.user_id, one.on) for one in uses if one.user_id]
    if not known:
        return None
    found = rules.spread_of([(person, day) for person, day in known if person], today)
    names = reads.people_named(person for person, *_rest in found.rows)
    heads = [date_format(date(y, m, 1), "YEAR_MONTH_FORMAT") for y, m in found.months]
    short = [f"{y % 100:02d}-{m:02d}" for y, m in found.months]
    rows = [
        {"name": names.get(person, "?"), "first": first, "counts": counts, "whole": total}
        for person, first, counts, total in found.rows
    ]
    return {
        "heads": heads, "short": short, "rows": rows, "totals": found.totals,
        "total": sum(row["whole"] for row in rows), "chart": _chart(short, rows),
    }  # fmt: skip


def _chart(months: list[str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"type": "scroll", "top": 0},
        "grid": {"left": 40, "right": 12, "top": 40, "bottom": 28},
        "xAxis": {"type": "category", "data": months},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"type": "bar", "stack": "uses", "name": row["name"], "data": row["counts"]}
            for row in rows
        ],
    }


def spread_told(uses: Sequence[Applied]) -> str:
    people = {one.user_id for one in uses if one.user_id}
    customers = {one.account_id for one in uses}
    if not uses:
        return ""
    last = max(one.on for one in uses)
    told = used_told(len(uses), len(people), len(customers))
    return _("%(told)s, the latest on %(day)s.") % {
        "told": told, "day": date_format(last, "SHORT_DATE_FORMAT"),
    }  # fmt: skip


def after_use(pattern: Pattern, today: date) -> dict[str, Any]:
    """The customers it was used with, and the first renewal of each since; counts, no cause."""
    first = reads.first_uses(pattern)
    later = renewals_after(first, today=today)
    accounts = reads.customers_named(first)
    rows = [
        {
            "account": accounts[pk], "first": day, "later": later.get(pk),
            "outcome": outcome_told(later.get(pk)),
        }
        for pk, day in sorted(first.items(), key=lambda item: (item[1], item[0]), reverse=True)
        if pk in accounts
    ]  # fmt: skip
    return {"rows": rows, "said": counted_told(counted(first, later))}


def outcome_told(later: Later | None) -> str:
    if later is None:
        return _("Not decided yet")
    return _("Renewed") if later.renewed else _("Not renewed")


def counted_told(found: Counted) -> str:
    """Numbers only: those it was used with were chosen by somebody."""
    if not found.customers:
        return ""
    told = {
        "customers": whole(found.customers), "decided": whole(found.decided),
        "renewed": whole(found.renewed),
    }  # fmt: skip
    if not found.decided:
        return (
            ngettext(
                "Of %(customers)s customer it was used with, none has come to a renewal since.",
                "Of %(customers)s customers it was used with, none has come to a renewal since.",
                found.customers,
            )
            % told
        )
    said = ngettext(
        "Of %(customers)s customer it was used with, %(decided)s came to a renewal since; "
        "%(renewed)s renewed.",
        "Of %(customers)s customers it was used with, %(decided)s came to a renewal since; "
        "%(renewed)s renewed.",
        found.customers,
    ) % told  # fmt: skip
    limits = found.limits
    if limits is None:
        return together(said, _("Too few for a share."))
    share = _("That is %(share)s (95%% interval %(low)s–%(high)s, n = %(n)s).") % {
        "share": percent(found.renewed / found.decided), "low": percent(limits[0]),
        "high": percent(limits[1]), "n": whole(found.decided),
    }  # fmt: skip
    return together(said, share)
