"""``/api/docs/``: the API's description as a page of our own, without foreign scripts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """Show every operation with its parameters and answers. Open to all: it describes, it holds no data."""
    schema = _schema()
    return render(request, "api/docs.html", {"info": schema["info"], "groups": groups(schema), "types": types(schema)})


def groups(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the operations by tag, each with what the page shows."""
    found: dict[str, list[dict[str, Any]]] = {}
    for address, operations in schema["paths"].items():
        for method, operation in operations.items():
            parameters = operation.get("parameters", [])
            open_in_browser = method == "get" and not any(one.get("required") for one in parameters)
            found.setdefault(operation["tags"][0], []).append(
                {
                    "id": operation["operationId"],
                    "method": method.upper(),
                    "address": address,
                    "description": operation.get("description", ""),
                    "parameters": [_parameter(one) for one in parameters],
                    "body": _content(operation.get("requestBody", {})),
                    "answers": [
                        {"status": status, "description": answer["description"], "type": _content(answer)}
                        for status, answer in operation["responses"].items()
                    ],
                    "open_in_browser": open_in_browser,
                }
            )
    return found


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    # The generator adds the meaning of each choice as a list in Markdown; the page shows the choices as the type.
    meaning = one.get("description", "").split("\n\n* `")[0]
    return one | {"type": type_of(one["schema"]), "description": meaning}


def types(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the named types with their fields."""
    return {
        name: [
            {"name": field, "type": type_of(spec), "description": spec.get("description", "")}
            for field, spec in component.get("properties", {}).items()
        ]
        for name, component in schema["components"]["schemas"].items()
        if component.get("properties")
    }


def type_of(spec: dict[str, Any]) -> str:
    """Return a short name for a JSON schema: ``string``, ``list of Area``, ``a | b | c``."""
    if "$ref" in spec:
        return str(spec["$ref"].rsplit("/", 1)[1])
    if several := next((spec[key] for key in ("allOf", "oneOf", "anyOf") if key in spec), None):
        return " | ".join(type_of(one) for one in several)
    if "enum" in spec:
        return " | ".join(map(str, spec["enum"]))
    kind = spec.get("type", "any")
    if kind == "array":
        return f"list of {type_of(spec.get('items', {}))}"
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _content(part: dict[str, Any]) -> str:
    for content in part.get("content", {}).values():
        return type_of(content.get("schema", {}))
    return ""


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema
