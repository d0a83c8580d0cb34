"""What may be written into a mail, and what becomes of it."""

from __future__ import annotations

import pytest

from banso.listen.invitations.letters import (
    Letter,
    as_text,
    faults,
    filled_body,
    filled_subject,
)

VALUES = {
    "name": "花子",
    "title": "調査",
    "sender": "伴走",
    "intro": "",
    "until": "",
    "promise": "約束",
}


@pytest.mark.parametrize(
    ("subject", "body", "found"),
    [
        ("{title}", "{link}", []),
        ("｛ Title ｝のお願い", "｛ｌｉｎｋ｝", []),
        ("{title}", "{lnik}", [("body", "unknown"), ("body", "no_link")]),
        ("{titel}", "{link}", [("subject", "unknown")]),
        ("{link}", "{link}", [("subject", "only_in_body")]),
        ("a\nBcc: x@example.jp", "{link}", [("subject", "several_lines")]),
        ("a\u2028b", "{link}", [("subject", "several_lines")]),
        (" ", "", [("subject", "empty"), ("body", "no_link")]),
        ("x" * 151, "{link}" + "x" * 5000, [("subject", "too_long"), ("body", "too_long")]),
        ("{", "} {link} {{name}", []),
    ],
)
def test_what_cannot_be_sent_is_named(
    subject: str, body: str, found: list[tuple[str, str]]
) -> None:
    assert [(one.part, one.reason) for one in faults(Letter(subject, body))] == found


def test_a_line_that_would_say_nothing_is_left_out() -> None:
    body = "{name} 様\n\n{intro}\n\n{link}\n{until} まで\n{promise}\n\n\n\n{sender}"
    body = body.replace("\n", "\r\n")
    shown = as_text(filled_body(Letter("", body), VALUES), "https://x/s/1/")
    assert shown == "花子 様\n\nhttps://x/s/1/\n\n約束\n\n伴走"
    nobody = as_text(filled_body(Letter("", body), VALUES | {"name": ""}), "https://x/s/1/")
    assert nobody.startswith("https://x/s/1/")


def test_what_a_value_holds_is_not_filled_in_again_and_begins_no_header() -> None:
    letter = Letter("{name}: {title}", "{name}{link}")
    values = VALUES | {"name": "a{link}\r\nBcc: x@example.jp", "title": "b\x85c\x00d"}
    assert filled_subject(letter, values) == "a{link} Bcc: x@example.jp: b c d"
    assert as_text(filled_body(letter, values), "L") == "a{link}\r\nBcc: x@example.jpL"
