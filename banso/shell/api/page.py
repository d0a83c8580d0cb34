"""The OpenAPI document as a page for people: operations in groups, with fields and examples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from banso.shell.api.document import operations

Json = Mapping[str, Any]
DEEPEST = 6


@dataclass(frozen=True)
class Line:
    """A parameter or a field of a body."""

    name: str
    kind: str
    required: bool
    said: str


@dataclass(frozen=True)
class Shown:
    """One operation as the page shows it."""

    key: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: list[Line]
    body: list[Line]
    answers: list[tuple[str, str]]
    curl: str
    example: str

    def has(self, words: list[str]) -> bool:
        text = f"{self.path} {self.method} {self.summary} {self.description} {self.scope}"
        return all(word in text.casefold() for word in words)


@dataclass(frozen=True)
class Group:
    name: str
    title: str
    operations: list[Shown] = field(default_factory=list)


def groups(document: Json, wanted: str, address: str) -> list[Group]:
    """The operations by tag; those that have every wanted word, where some are wanted."""
    found = {tag["name"]: Group(tag["name"], tag["description"]) for tag in document["tags"]}
    words = wanted.casefold().split()
    for path, method, operation in operations(dict(document)):
        shown = _shown(document, path, method, operation, address)
        if shown.has(words):
            found[operation["tags"][0]].operations.append(shown)
    return [group for group in found.values() if group.operations]


def _shown(document: Json, path: str, method: str, operation: Json, address: str) -> Shown:
    body = operation.get("requestBody", {}).get("content", {})
    kind, sent = next(iter(body.items())) if body else ("", {})
    schema = sent.get("schema", {})
    return Shown(
        key=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=operation["x-scope"],
        parameters=[_parameter(p, document) for p in operation.get("parameters", ())],
        body=_fields(schema, document),
        answers=[(code, said["description"]) for code, said in operation["responses"].items()],
        curl=_curl(address, path, method, kind, sent.get("example", sample(schema, document))),
        example=_example(operation, document),
    )


def _parameter(parameter: Json, document: Json) -> Line:
    said = parameter.get("description") or parameter["schema"].get("description", "")
    required = bool(parameter.get("required"))
    return Line(parameter["name"], kind_of(parameter["schema"], document), required, said)


def _fields(schema: Json, document: Json, before: str = "", depth: int = 0) -> list[Line]:
    """The fields of an object, those of its items under them."""
    whole = resolved(schema, document)
    if "oneOf" in whole:
        whole = resolved(whole["oneOf"][0], document)
    if whole.get("type") == "array":
        return _fields(whole["items"], document, f"{before}[]", depth)
    lines = []
    needed = whole.get("required", ())
    for name, part in whole.get("properties", {}).items():
        full = f"{before}.{name}" if before else name
        inner = resolved(part, document)
        said = part.get("description") or inner.get("description", "")
        lines.append(Line(full, kind_of(part, document), name in needed, said))
        is_list = inner.get("type") == "array" and resolved(inner["items"], document)
        if is_list and is_list.get("properties") and depth < DEEPEST:
            lines += _fields(inner, document, full, depth + 1)
    return lines


def resolved(schema: Json, document: Json) -> Json:
    """The schema that a reference means; of one that may be null, the other kind."""
    if "$ref" in schema:
        target = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return resolved(target, document)
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        return resolved(kinds[0], document)
    return schema


def kind_of(schema: Json, document: Json) -> str:
    """A type in a word or two: ``date``, ``integer 1–200``, ``a | b``."""
    whole = resolved(schema, document)
    if "enum" in whole or "const" in whole:
        values = whole.get("enum", [whole.get("const")])
        return " | ".join(str(value) for value in values)
    if "anyOf" in whole or "oneOf" in whole:
        kinds = whole.get("anyOf") or whole.get("oneOf") or ()
        return " | ".join(dict.fromkeys(kind_of(kind, document) for kind in kinds))
    if whole.get("type") == "array":
        return f"{kind_of(whole['items'], document)}[]"
    kind = str(whole.get("format") or whole.get("type", "any"))
    low, high = whole.get("minimum"), whole.get("maximum")
    if low is not None and high is not None and high < 10**6:
        return f"{kind} {low}–{high}"
    return kind


def sample(schema: Json, document: Json, depth: int = 0) -> Any:
    """A value that the schema describes: its example, or one made from its type."""
    for whole in (schema, resolved(schema, document)):
        if whole.get("examples"):
            return whole["examples"][0]
    if "enum" in whole or "const" in whole:
        return whole.get("const") or whole["enum"][0]
    for several in ("oneOf", "anyOf"):
        if several in whole:
            return sample(whole[several][0], document, depth)
    if whole.get("type") == "array":
        return [sample(whole["items"], document, depth + 1)] if depth < DEEPEST else []
    if whole.get("type") == "object":
        return {
            name: sample(part, document, depth + 1)
            for name, part in whole.get("properties", {}).items()
            if depth < DEEPEST
        }
    return _plain(whole)


def _plain(schema: Json) -> Any:
    by_format = {"date": "2026-04-01", "date-time": "2026-04-01T09:00:00Z"}
    by_type = {"integer": 1, "number": 1.5, "boolean": True, "null": None}
    if schema.get("default") not in (None, ""):
        return schema["default"]
    return by_format.get(schema.get("format", "")) or by_type.get(schema.get("type", ""), "…")


def _curl(address: str, path: str, method: str, kind: str, body: Any) -> str:
    lines = [f"curl {address}{path}", '  -H "Authorization: Bearer $BANSO_KEY"']
    lines = lines if method == "get" else [f"curl -X {method.upper()} {address}{path}", lines[1]]
    if kind:
        lines.append(f'  -H "Content-Type: {kind}"')
        text = json.dumps(body, ensure_ascii=False, indent=2).replace("'", "'\\''")
        lines.append(f"  --data '{text}'")
    return " \\\n".join(lines)


def _example(operation: Json, document: Json) -> str:
    """An answer as it may look; empty where it is no JSON."""
    good: Json = next((r for c, r in operation["responses"].items() if c.startswith("2")), {})
    kind = good.get("content", {}).get("application/json")
    if kind is None:
        return ""
    return json.dumps(sample(kind.get("schema", {}), document), ensure_ascii=False, indent=2)
