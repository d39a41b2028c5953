"""How the API works, and how it describes itself: the fixed part of its settings and of its OpenAPI document."""

from __future__ import annotations

from typing import Any

FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "citygrid.accounts.api.authentication.BearerAuthentication",
        "citygrid.accounts.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "citygrid.common.api.parsers.LimitedJSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "citygrid.common.api.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["citygrid.common.api.filters.StrictFilters"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "citygrid.common.api.errors.handle",
    "NUM_PROXIES": 0,  # REMOTE_ADDR is the client: RequestContextMiddleware has seen to it
    "DEFAULT_THROTTLE_RATES": {"signin": "30/minute", "public": "30/minute"},
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DESCRIPTION: dict[str, Any] = {
    "TITLE": "CityGrid",
    "DESCRIPTION": "Grids, communities, departments and the whistle-and-report case lifecycle of a city.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "citygrid.common.api.schema.add_errors",
    ],
    "ENUM_NAME_OVERRIDES": {
        "LevelEnum": "gridmap.areas.models.Level",
        "GridKindEnum": "gridmap.areas.models.GridKind",
        "AreaClassEnum": "gridmap.areas.models.AreaClass",
        "DepartmentKindEnum": "gridmap.departments.models.DepartmentKind",
        "CategoryKindEnum": "cases.catalogue.models.CategoryKind",
        "CaseStateEnum": "cases.casework.states.State",
        "CaseSourceEnum": "cases.casework.states.Source",
        "OutcomeEnum": "cases.casework.states.Outcome",
        "DeclineReasonEnum": "cases.casework.states.DeclineReason",
        "LampEnum": "cases.deadlines.lamps.Lamp",
        "LimitUnitEnum": "cases.deadlines.limits.LimitUnit",
        "TaskKindEnum": "cases.fieldwork.states.TaskKind",
        "TaskStateEnum": "cases.fieldwork.states.TaskState",
        "TicketStateEnum": "cases.hotline.states.TicketState",
        "TicketLevelEnum": "cases.hotline.states.Level",
        "VerdictEnum": "cases.fieldwork.states.Verdict",
        "WhistleStateEnum": "cases.whistles.states.WhistleState",
        "ReportStateEnum": "cases.whistles.states.ReportState",
        "ReviewVerdictEnum": "cases.whistles.states.ReviewVerdict",
        "WhistleSourceKindEnum": "cases.whistles.states.SourceKind",
        "WhistleClockEnum": "cases.whistles.kinds.ClockKind",
        "MatterStateEnum": "cases.councils.states.MatterState",
        "WalkStateEnum": "cases.stewards.states.WalkState",
        "FindingEnum": "cases.stewards.states.Finding",
        "RequestKindEnum": "cases.approvals.states.RequestKind",
        "RequestStateEnum": "cases.approvals.states.RequestState",
    },
}
