"""Write the lock files: every version with its hashes, and no index address.

python tools/lock.py            keep what is locked, add what pyproject.toml newly asks for
python tools/lock.py --upgrade  take the newest versions that pyproject.toml allows
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# lock file -> (extras, the lock whose versions it takes over). Each file is complete by itself.
# The widest comes first: what is tested is what is shipped.
LOCKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "requirements-dev.lock": (("build", "test", "dev"), ()),
    "requirements-build.lock": (("build",), ("requirements-dev.lock",)),
    "requirements.lock": ((), ("requirements-dev.lock",)),
    "requirements-engines.lock": (
        ("build", "test", "dev", "spark", "clickhouse"),
        ("requirements-dev.lock",),
    ),
}
ADDRESS = re.compile(r"https?://|file://|--index|--extra-index|--find-links|--trusted-host|(^|\s)/")


def main(arguments: list[str]) -> int:
    upgrade = "--upgrade" in arguments
    for name, (extras, constraints) in LOCKS.items():
        command = [sys.executable, "-m", "piptools", "compile", "pyproject.toml", "-o", name]
        command += ["--generate-hashes", "--strip-extras", "--no-header", "--quiet"]
        command += ["--allow-unsafe", "--newline=lf", "--no-emit-trusted-host"]
        command += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-options"]
        command += [f"--extra={extra}" for extra in extras]
        command += [f"--constraint={constraint}" for constraint in constraints]
        command += ["--upgrade"] if upgrade else []
        subprocess.run(command, cwd=ROOT, check=True)
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        leaks = [line for line in lines if ADDRESS.search(line)]
        if leaks:
            print(f"{name} names an address; take it out before committing: {leaks[:3]}")
            return 1
        print(f"{name}: {sum('==' in line for line in lines)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
