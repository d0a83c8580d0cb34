"""Run the tests that ask Spark and ClickHouse, in an environment that has them.

    python tools/engines.py [arguments of pytest]

Where this Python lacks the extras, `.venv-engines` is made (requirements-engines.lock): it sees all
that this one has installed and adds what is missing. Nothing is skipped in silence: a test that
cannot ask an engine fails here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".venv-engines"
LOCK = ROOT / "requirements-engines.lock"
WANTED = ("pyspark", "grpc", "chdb")


def main(arguments: list[str]) -> int:
    python = sys.executable if all(find_spec(name) for name in WANTED) else str(prepared())
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "engines"]
    command += arguments or tests()
    environment = {**os.environ, "BANSO_ENGINES_REQUIRED": "1", "PYSPARK_PYTHON": python}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def tests() -> list[str]:
    """The files that ask an engine: to collect all others would take longer than to run these."""
    found = (p for p in ROOT.glob("banso/**/tests/test_*.py") if "mark.engines" in p.read_text())
    return sorted(str(path.relative_to(ROOT)) for path in found)


def prepared() -> Path:
    """The Python of `.venv-engines`, which holds what the lock says."""
    python = HOME / "bin" / "python"
    stamp = HOME / ".lock"
    wanted = sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print("installing Spark and ClickHouse (two minutes the first time) …", flush=True)
    venv.create(HOME, with_pip=True, clear=True)
    theirs = sysconfig.get_path("purelib", vars={"base": str(HOME), "platbase": str(HOME)})
    ours = sysconfig.get_path("purelib")
    Path(theirs, "beside.pth").write_text(f"import site; site.addsitedir({ours!r})\n", "utf-8")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], cwd=ROOT, check=True)
    stamp.write_text(wanted, "utf-8")
    return python


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
