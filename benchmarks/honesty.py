"""Does the engine keep what it promises? Companies with known causes, and what it says of them.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.honesty --seeds 1000 --docs

Each seed draws its companies anew (honesty_company.py) and puts the questions of the pages to the
engine (honesty_questions.py), in two processes. --docs writes the table into the manual. One
question alone is cheap enough for thousands of draws:

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.honesty --seeds 5000 --only nothing_there,scores
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.honesty_lines import LINES, Line
from benchmarks.honesty_questions import QUESTIONS, one_seed

DOCS = Path(__file__).resolve().parent.parent / "docs"
START, END = "<!-- honesty: begin -->", "<!-- honesty: end -->"
Sums = dict[int, dict[str, tuple[float, float]]]


def _added(jobs: Sequence[tuple[int, int]], only: frozenset[str]) -> Sums:
    sums: Sums = defaultdict(lambda: defaultdict(lambda: (0.0, 0.0)))
    with ProcessPoolExecutor(max_workers=2) as pool:
        sizes, seeds = zip(*jobs, strict=True)
        results = pool.map(partial(one_seed, only=only), sizes, seeds, chunksize=8)
        for (size, _), found in zip(jobs, results, strict=True):
            for line, (a, b) in found.items():
                before = sums[size][line]
                sums[size][line] = before[0] + a, before[1] + b
    return {size: dict(lines) for size, lines in sums.items()}


def told(lines: dict[str, tuple[float, float]], line: Line) -> str:
    """A share in percent, "–" where nothing was asked, in bold where it misses its aim.

    A share of few runs may lie beyond its aim by chance: what three standard errors explain is no
    miss.
    """
    happened, of = lines.get(line.key, (0.0, 0.0))
    if not of:
        return "–"
    share = happened / of
    slack = 3 * (max(share * (1 - share), 0.25 / of) / of) ** 0.5 if of < 10_000 else 0.0
    missed = share < line.low - slack or share > line.high + slack
    text = f"{100 * share:.1f} %" if share not in (0.0, 1.0) else f"{100 * share:.0f} %"
    return f"**{text}**" if missed else text


def table(sums: Sums, language: str) -> str:
    """The table as Markdown, in the words of a language."""
    sizes = sorted(sums)
    heads = {"en": ("question", "aim"), "ja": ("問い", "目標")}[language]
    rows = [
        f"| {heads[0]} | {heads[1]} | " + " | ".join(f"{n:,}" for n in sizes) + " |",
        "|---|---|" + "---|" * len(sizes),
    ]
    asked = {key for lines in sums.values() for key in lines}
    for line in (line for line in LINES if line.key in asked):
        text = line.en if language == "en" else line.ja
        aim = line.aim if language == "en" else line.aim_ja
        cells = " | ".join(told(sums[n], line) for n in sizes)
        rows.append(f"| {text} | {aim} | {cells} |")
    return "\n".join(rows)


def _into_docs(sums: Sums) -> None:
    for language in ("en", "ja"):
        path = DOCS / language / "honesty.md"
        text = path.read_text(encoding="utf-8")
        before, rest = text.split(START)
        after = rest.split(END)[1]
        made = f"{before}{START}\n\n{table(sums, language)}\n\n{END}{after}"
        path.write_text(made, encoding="utf-8")


def main() -> None:
    """Run, print, and on request write the manual."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--sizes", default="100,300,1000,5000")
    names = [question.__name__ for question in QUESTIONS]
    parser.add_argument("--only", default="", help=f"some of {', '.join(names)}")
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--keep", type=Path, help="write the sums as JSON")
    asked = parser.parse_args()
    only = frozenset(asked.only.split(",")) - {""}
    if only - set(names):
        parser.error(f"no such question: {', '.join(sorted(only - set(names)))}")
    if only and asked.docs:
        parser.error("--docs needs all questions")
    sizes = [int(n) for n in asked.sizes.split(",")]
    jobs = [(n, seed) for n in sorted(sizes, reverse=True) for seed in range(asked.seeds)]
    started = time.perf_counter()
    sums = _added(jobs, only)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(table(sums, "en"))
    seconds, cpu = time.perf_counter() - started, used.ru_utime + used.ru_stime
    print(f"\n{asked.seeds} seeds, {seconds:.0f} s, {cpu:.0f} s of CPU")
    if asked.keep:
        asked.keep.write_text(json.dumps(sums), encoding="utf-8")
    if asked.docs:
        _into_docs(sums)


if __name__ == "__main__":
    main()
