"""The API's description of itself: every operation with its errors, as a file that is compared in ``./run check``."""

from __future__ import annotations

from typing import Any

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "For programs."},
                "message": {"type": "string", "description": "A sentence for people, in the language they accept."},
                "fields": {"type": "object", "description": "Faults by field.", "additionalProperties": True},
                "current": {"description": "With 409: the fresh object."},
            },
        }
    },
}
_EVERYWHERE = {"400": "The request cannot be understood.", "429": "Too many requests; see Retry-After."}
_SIGNED_IN = {"401": "Not signed in.", "403": "Not allowed."}
_NAMED = {"404": "There is nothing here, or it is not yours to see."}
_WRITES = {"413": "The body is too large.", "415": "The body's type is not understood.", "422": "Invalid."}
_MOVES = {"409": "Wrong state, not now, or a stale version; current is the fresh object."}
_OTHER_REFUSALS = {
    "locate": {"422": "Not a position in the city: outside_city, swapped_axes, no_position, bad_coordinates."},
    "auth_token_create": {"401": "Wrong name, password or code.", "403": "A password change is due first."},
}


def add_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give every operation the answers with which it may refuse (a drf-spectacular hook)."""
    result["components"].setdefault("schemas", {})["Error"] = _ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for address, operations in result["paths"].items():
        for method, operation in operations.items():
            refusals = dict(_EVERYWHERE)
            if {} not in operation.get("security", [{}]):
                refusals |= _SIGNED_IN
            if "{" in address:
                refusals |= _NAMED
            if method != "get":
                refusals |= _WRITES
            if "/actions/" in address:
                refusals |= _MOVES
            refusals |= _OTHER_REFUSALS.get(operation["operationId"], {})
            for status, description in sorted(refusals.items()):
                operation["responses"].setdefault(status, {"description": description, "content": content})
    return result


def as_yaml() -> str:
    """Return the description in English, as it is committed in docs/openapi.yaml."""
    from django.utils import translation  # noqa: PLC0415 - the views are not ready when this module is read
    from drf_spectacular.generators import SchemaGenerator  # noqa: PLC0415
    from drf_spectacular.renderers import OpenApiYamlRenderer  # noqa: PLC0415

    with translation.override("en"):
        schema = SchemaGenerator().get_schema(request=None, public=True)
        return str(OpenApiYamlRenderer().render(schema, renderer_context={}).decode())
