"""What the pages of alternatives and of the quarters show, as rows and charts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.measure.health import rules
from banso.measure.health.models import HealthModel
from banso.measure.health.reads import definitions, earlier_models
from banso.measure.health.words import BAND_NAMES, Naming
from banso.prove.prediction import alternative_words as words
from banso.prove.prediction import comparing, presenting, reads
from banso.prove.prediction.models import Alternative, Comparison, ScoreQuarter
from banso.prove.prediction.words import between, calibration, number
from banso.shared.upserts.writes import slices

SHOWN = 50
WORDS = (rules.GOOD, rules.WATCH, rules.STRUGGLING, "none")
ICONS = {
    comparing.BETTER: "arrow-up-right", comparing.WORSE: "arrow-down-right",
    comparing.ALIKE: "equal", comparing.SAME: "equal", comparing.UNKNOWN: "hourglass",
}  # fmt: skip


def names() -> dict[str, str]:
    return {comparing.IN_FORCE: _("In force"), comparing.OTHER: _("Alternative")}


def verdict_name(verdict: str) -> str:
    return {
        comparing.BETTER: _("Ranks better"), comparing.WORSE: _("Ranks worse"),
        comparing.ALIKE: _("No difference to tell"), comparing.SAME: _("Ranks alike"),
    }.get(verdict, _("Not enough data yet"))  # fmt: skip


def list_rows(found: list[Alternative]) -> list[dict[str, Any]]:
    rows = []
    for alternative in found:
        newest = next(iter(alternative.newest_first), None)  # type: ignore[attr-defined]
        verdict = newest.numbers["verdict"] if newest else comparing.UNKNOWN
        rows.append(
            {
                "alternative": alternative, "said": words.answer(newest), "icon": ICONS[verdict],
                "verdict": verdict_name(verdict),
            }
        )  # fmt: skip
    return rows


def versions() -> list[dict[str, Any]]:
    """What was in force since when, by whom, and from which alternative."""
    taken, rows = reads.taken_from(), []
    naming = Naming(definitions())
    for place, model in enumerate(earlier_models()):
        rows.append(
            {
                "model": model, "in_force": place == 0, "alternative": taken.get(model.pk),
                "weights": weights_told(model, naming),
            }
        )  # fmt: skip
    return rows


def weights_told(model: HealthModel | Alternative, naming: Naming) -> str:
    said = [f"{naming.name(line.key)} {line.weight}" for line in model.lines if line.weight]
    borders = _("borders %(good)s / %(watch)s") % {
        "good": model.good_from, "watch": model.watch_from,
    }  # fmt: skip
    return " · ".join([*said, borders])


def lines_side_by_side(model: HealthModel | None, other: Alternative) -> list[dict[str, Any]]:
    """Each measure's weight and marks in both."""
    naming = Naming(definitions())
    now = {line.key: line for line in (model.lines if model else rules.DEFAULT_MEASURES)}
    then = {line.key: line for line in other.lines}
    rows = [
        {
            "name": naming.name(key), "now": _line(naming, now.get(key)),
            "then": _line(naming, then.get(key)),
        }
        for key in {**now, **then}
    ]  # fmt: skip
    borders = model.borders if model else rules.DEFAULT_BORDERS
    for name, before, after in (
        (_("“Going well” from"), borders.good, other.good_from),
        (_("“Needs watching” from"), borders.watch, other.watch_from),
    ):
        rows.append({"name": name, "now": str(before), "then": str(after)})
    return [row | {"other": row["now"] != row["then"]} for row in rows]


def _line(naming: Naming, line: rules.Measure | None) -> str:
    if line is None or not line.weight:
        return "–"
    if line.zero_at is None or line.full_at is None:
        return str(line.weight)
    return _("%(weight)s (from %(zero)s to %(full)s)") % {
        "weight": line.weight, "zero": naming.value(line.key, line.zero_at),
        "full": naming.value(line.key, line.full_at),
    }  # fmt: skip


def comparison_page(
    alternative: Alternative, comparison: Comparison, *, only: tuple[str, str] = ("", "")
) -> dict[str, Any]:
    """only: the words, in force and the alternative's, of the customers to list; "" for any."""
    every = list(changed_customers(comparison, only=only))
    found, later = comparison.numbers, comparison.numbers["later"]
    made: dict[str, Any] = {
        "found": found,
        "bands": [
            {
                "name": name,
                "rows": presenting.bands(
                    {"bands": found["bands"][key]}, alternative=alternative.pk, score=key
                ),
            }
            for key, name in names().items()
        ],
        "changes": changes_table(comparison.changes),
        "moved": comparison.changes.get("moved", 0),
        "customers": every[:SHOWN],
        "more_customers": max(0, len(every) - SHOWN),
        "only": [_band(word) for word in only] if all(only) else [],
    }
    if found["ranks"]:
        made |= {
            "ranks": [(name, between(found["ranks"][key])) for key, name in names().items()],
            "difference": words.limits_told(found["difference"]),
            "since": words.since_told(alternative, found),
        }
    if later:
        told = {name: presenting.score_row(later["scores"][key], name)
                for key, name in names().items()}  # fmt: skip
        made |= {
            "later": later, "gain": words.gain_sentence(later),
            "scores": [presenting.base_row(later), *told.values()],
            "foretold": presenting.foretold(later, names()),
            "calibration": calibration(later["scores"][comparing.OTHER]),
            "chart": presenting.chart(later, names()),
        }  # fmt: skip
    return made


def changes_table(changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Today's customers: the word in force by row, the alternative's by column."""
    table = changes.get("table", {})
    return [
        {
            "name": _band(row),
            "cells": [
                {"n": table.get(f"{row}>{col}", 0), "same": row == col, "was": row, "would": col}
                for col in WORDS
            ],
        }
        for row in WORDS
    ]


def band_heads() -> list[str]:
    return [_band(word) for word in WORDS]


def _band(word: str) -> str:
    return str(BAND_NAMES.get(word, _("No score")))


def changed_customers(comparison: Comparison, *, only: tuple[str, str] = ("", "")) -> Iterator[Any]:
    """Who would be called otherwise, with both scores and words; only: of these words."""
    rows = comparison.changes.get("customers", [])
    then = comparison.alternative.borders
    now = comparison.model.borders if comparison.model else rules.DEFAULT_BORDERS
    for some in slices(rows):
        accounts = Account.objects.only("name", "external_id").in_bulk([pk for pk, *_ in some])
        for pk, before, after in some:
            words_now = _word(before, now), _word(after, then)
            if any(want not in ("", word) for want, word in zip(only, words_now, strict=True)):
                continue
            if account := accounts.get(pk):
                yield {
                    "account": account, "before": before, "after": after,
                    "was": _band(words_now[0]), "would": _band(words_now[1]),
                }  # fmt: skip


def _word(score: int | None, borders: rules.Borders) -> str:
    return "none" if score is None else rules.band(score, borders)


def quarter_rows(quarters: list[ScoreQuarter]) -> list[dict[str, Any]]:
    rows = []
    for quarter in quarters:
        told = quarter.numbers
        judged = "value" in told
        rows.append(
            {
                "name": quarter_name(quarter), "n": number(told["n"], 0), "judged": judged,
                "foretold": number(told["renewed_expected"], 1) if judged else "–",
                "came": number(told["renewed"], 0) if judged else "–",
                "lost_foretold": number(told["expected"], 1) if judged else "–",
                "lost": number(told["not_renewed"], 0) if judged else "–",
                "ratio": number(told["value"]) if judged else "–",
                "limits": f"{number(told['low'])}–{number(told['high'])}" if judged else "–",
                "said": _quarter_said(quarter), "drifted": quarter.drifted,
            }
        )  # fmt: skip
    return rows


def quarter_name(quarter: ScoreQuarter) -> str:
    return _("%(month)s, three months") % {
        "month": date_format(quarter.start, "YEAR_MONTH_FORMAT"),
    }  # fmt: skip


def _quarter_said(quarter: ScoreQuarter) -> str:
    if "value" not in quarter.numbers:
        return _("too few to judge")
    return _("outside") if quarter.drifted else _("within chance")


def quarters_chart(quarters: list[ScoreQuarter]) -> dict[str, Any] | None:
    """Seen over foretold, quarter by quarter, with the limits chance keeps it in."""
    judged = [quarter for quarter in quarters if "value" in quarter.numbers]
    if not judged:
        return None
    data = [
        [round(q.numbers["value"], 3), place, round(q.numbers["low"], 3),
         round(q.numbers["high"], 3), 1 if q.drifted else 0]
        for place, q in enumerate(judged)
    ]  # fmt: skip
    limits = [
        [1, place, round(q.numbers["low"], 3), round(q.numbers["high"], 3), 2]
        for place, q in enumerate(judged)
    ]
    most = max(2.0, *(row[0] for row in data), *(row[3] for row in data))
    dots = [{"value": [row[0], row[1]], "symbol": "diamond" if row[4] else "circle"}
            for row in data]  # fmt: skip
    return {
        "tooltip": {"trigger": "item"},
        "legend": {"top": 0},
        "grid": {"left": 72, "right": 24, "top": 56, "bottom": 48},
        "xAxis": {"type": "value", "min": 0, "max": round(most + 0.1, 1),
                  "name": _("seen / foretold"), "nameLocation": "middle", "nameGap": 30},
        "yAxis": {"type": "category",
                  "data": [f"{q.start:%Y-%m}" for q in judged]},
        "series": [
            {"name": _("limits of chance (99%)"), "type": "interval", "data": limits,
             "itemStyle": {"color": "#6b7280"}, "z": 1},
            {"name": _("not renewed: seen / foretold"), "type": "scatter", "data": dots,
             "symbolSize": 11, "itemStyle": {"color": "#0f6173"}, "z": 2,
             "markLine": {"silent": True, "symbol": "none", "label": {"show": False},
                          "lineStyle": {"color": "#6b7280"}, "data": [{"xAxis": 1}]}},
        ],
    }  # fmt: skip
