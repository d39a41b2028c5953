"""Gathers the rooms' models for Django."""

from cases.approvals.models import Approval
from cases.casework.models import Case, CoDepartment, Round, Supervision
from cases.casework.numbers import NumberSeries
from cases.casework.origins import Origin
from cases.catalogue.conditions import ConditionLimit, FilingCondition, StageLimit
from cases.catalogue.models import Category, CategoryStandard
from cases.deadlines.models import CalendarDay, CalendarStamp, CalendarYear, Clock, Timetable
from cases.evidence.models import Evidence
from cases.fieldwork.models import FieldTask
from cases.journal.models import Event, Seal
from cases.routing.models import Responsibility

__all__ = [
    "Approval", "CalendarDay", "CalendarStamp", "CalendarYear", "Case", "Category", "CategoryStandard", "Clock",
    "CoDepartment", "ConditionLimit", "Event", "Evidence", "FieldTask", "FilingCondition", "NumberSeries", "Origin",
    "Responsibility", "Round", "Seal", "StageLimit", "Supervision", "Timetable",
]  # fmt: skip
