"""The API describes itself: valid, complete, fresh, and readable as a page within our security policy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from openapi_spec_validator import OpenAPIV31SpecValidator

from citygrid.common.api.docs import type_of
from citygrid.common.api.schema import as_yaml

ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    found: dict[str, Any] = yaml.safe_load(as_yaml())
    return found


def operations(schema):
    return [(address, method, one) for address, ops in schema["paths"].items() for method, one in ops.items()]


def test_it_is_valid_openapi_3_1(schema):
    assert schema["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(schema).validate()


def test_it_is_made_without_a_warning(schema):
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def test_the_committed_file_is_fresh():
    committed = (ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    assert committed == as_yaml().rstrip() + "\n", "Run ./run fix and commit docs/openapi.yaml."


def test_every_operation_documents_its_errors_in_the_one_shape(schema):
    for address, method, operation in operations(schema):
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"400", "429"} <= set(refusals), (address, method)
        if operation["operationId"] != "auth_token_create":
            assert {"401", "403"} <= set(refusals), (address, method)
        for status, answer in refusals.items():
            content = answer["content"]["application/json"]["schema"]
            assert content == {"$ref": "#/components/schemas/Error"}, (address, method, status)


def test_every_operation_has_a_name_of_its_own_and_a_description(schema):
    names = [operation["operationId"] for _address, _method, operation in operations(schema)]
    assert len(names) == len(set(names))
    assert all(operation.get("description") for _address, _method, operation in operations(schema))


def test_enums_have_chosen_names(schema):
    enums = {name for name in schema["components"]["schemas"] if name.endswith("Enum")}
    assert {"LevelEnum", "GridKindEnum", "AreaClassEnum", "DepartmentKindEnum", "CategoryKindEnum"} <= enums
    assert not {name for name in enums if re.search(r"\d\w{0,2}Enum", name)}  # names made up from a hash


@pytest.mark.django_db
def test_the_schema_is_served_to_anyone(client):
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert yaml.safe_load(answer.content)["info"]["title"] == "CityGrid"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_shows_every_operation_without_foreign_or_inline_code(schema, language):
    answer = Client(headers={"accept-language": language}).get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    for address, method, operation in operations(schema):
        assert f'id="{operation["operationId"]}"' in page
        assert method.upper() in page
        assert address in page
    assert "Content-Security-Policy" in answer
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|(?:src|href)=\"(?:https?:)?//", page)


def test_types_are_named_shortly():
    assert type_of({"$ref": "#/components/schemas/Area"}) == "Area"
    assert type_of({"type": "array", "items": {"$ref": "#/x/Area"}}) == "list of Area"
    assert type_of({"type": ["string", "null"]}) == "string | null"
    assert type_of({"enum": ["a", 1]}) == "a | 1"
    assert type_of({"oneOf": [{"type": "null"}, {"$ref": "#/x/Grid"}]}) == "null | Grid"
    assert type_of({}) == "any"
