"""A survey as a file that another Banso, or a colleague, can begin with."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _

from banso.listen.surveys.definition import Definition, faults
from banso.listen.surveys.wording import sentences

LARGEST_FILE = 1024 * 1024


def definition_in(content: bytes) -> tuple[Definition | None, list[str]]:
    """The survey of a file, or what is wrong with it in sentences."""
    try:
        definition = msgspec.json.decode(content, type=Definition)
    except msgspec.ValidationError as error:
        return None, [_("This is not the file of a survey: %(error)s.") % {"error": error}]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, [_("The file is not JSON. Choose one that was saved from a survey here.")]
    said = sentences(faults(definition), definition)
    return (None, said) if said else (definition, [])


def as_file(definition: Definition) -> bytes:
    return msgspec.json.format(msgspec.json.encode(definition), indent=2)
