from __future__ import annotations

import json
import logging

from banso.shell.logs import JsonLines, WithRequest


def test_one_json_object_per_line_without_secrets() -> None:
    record = logging.LogRecord("banso.x", logging.INFO, "f.py", 1, "取り込み %s", ("done",), None)
    record.rows = 3
    record.api_key = "abc123"
    WithRequest().filter(record)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "abc123" not in line
    made = json.loads(line)
    assert (made["message"], made["rows"], made["level"]) == ("取り込み done", 3, "INFO")
