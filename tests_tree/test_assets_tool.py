"""tools/assets.py: what is copied names no file that is not shipped."""

from __future__ import annotations

import re

import pytest

from tests_tree.source import ROOT
from tools import assets

VENDOR = ROOT / assets.VENDOR


def test_source_maps_and_old_fonts_are_not_named() -> None:
    icons = b'src:url("./f.woff2?v1") format("woff2"),url("./f.woff?v1") format("woff")}'
    assert assets.cleaned("icons.css", icons) == b'src:url("./f.woff2?v1") format("woff2")}\n'
    assert assets.cleaned("a.js", b"let a\n//# sourceMappingURL=a.js.map") == b"let a\n"
    assert assets.cleaned("LICENSE", b"  text \n\n") == b"  text \n\n"


@pytest.mark.skipif(not VENDOR.exists(), reason="run `python tools/assets.py` first")
def test_every_file_a_style_sheet_names_is_there() -> None:
    for sheet in VENDOR.glob("*.css"):
        for name in re.findall(r'url\("?([^")]+)', sheet.read_text(encoding="utf-8")):
            assert name.startswith("data:") or (VENDOR / name.split("?")[0]).exists(), name


def test_every_package_brings_its_licence() -> None:
    licensed = {name for _, name in assets.WANTED if name.startswith("licenses/")}
    for package in ("htmx", "tabler", "tabler-icons", "echarts", "zrender", "popperjs", "survey"):
        assert f"licenses/{package}.LICENSE" in licensed
