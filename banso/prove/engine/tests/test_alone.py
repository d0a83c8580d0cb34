"""The engine needs no Django and no slow library to be there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
PROGRAM = """
import importlib, pkgutil, sys, time
sys.modules["django"] = None
import numpy, pyarrow
started = time.process_time()
import banso.prove.engine as engine
for module in pkgutil.iter_modules(engine.__path__):
    if module.name != "tests":
        importlib.import_module(f"banso.prove.engine.{module.name}")
slow = [name for name in ("scipy.stats", "statsmodels", "pandas", "sklearn") if name in sys.modules]
print(time.process_time() - started, *slow)
"""


def test_every_module_comes_in_without_django_and_soon() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, *slow = done.stdout.split()
    assert not slow, f"import these where they are used: {slow}"
    assert float(seconds) < 2.0, "aim: 1 s on a quiet machine"
