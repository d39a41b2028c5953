"""Gathers the rooms' models for Django."""

from cases.approvals.models import Approval
from cases.casework.models import Case, CoDepartment, Round, Supervision
from cases.casework.numbers import NumberSeries
from cases.casework.origins import Origin
from cases.catalogue.conditions import ConditionLimit, FilingCondition, StageLimit
from cases.catalogue.models import Category, CategoryStandard
from cases.councils.models import CouncilMatter
from cases.deadlines.models import CalendarDay, CalendarStamp, CalendarYear, Clock, Timetable
from cases.evidence.models import Evidence
from cases.fieldwork.models import FieldTask
from cases.hotline.callbacks import Callback, CallbackAttempt
from cases.hotline.callers import Caller, CallerPhone
from cases.hotline.models import Contact, Ticket, TicketRound
from cases.hotline.origins import TicketOrigin
from cases.hotline.reference import DemandType, ExclusionReason, SupervisedUnit, TicketCategory, TicketLimit
from cases.hotline.trained import SuggestionModel
from cases.journal.models import Event, Seal
from cases.routing.models import Responsibility
from cases.stewards.checklist import ChecklistItem
from cases.stewards.models import Lane, LaneClaim, LaneWalk, WalkFinding
from cases.whistles.calls import WhistleCall
from cases.whistles.kinds import KindLimit, WhistleKind
from cases.whistles.models import Whistle
from cases.whistles.ratings import Rating
from cases.whistles.report_ins import ReportIn
from cases.whistles.sources import WhistleSource

__all__ = [
    "Approval", "CalendarDay", "CalendarStamp", "CalendarYear", "Callback", "CallbackAttempt", "Caller", "CallerPhone",
    "Case", "Category", "CategoryStandard", "ChecklistItem", "Clock", "CoDepartment", "ConditionLimit", "Contact",
    "CouncilMatter", "DemandType", "Event", "Evidence", "ExclusionReason", "FieldTask", "FilingCondition", "KindLimit",
    "Lane", "LaneClaim", "LaneWalk", "NumberSeries", "Origin", "Rating", "ReportIn", "Responsibility", "Round", "Seal",
    "StageLimit", "SuggestionModel", "SupervisedUnit", "Supervision", "Ticket", "TicketCategory", "TicketLimit",
    "TicketOrigin", "TicketRound", "Timetable", "WalkFinding", "Whistle", "WhistleCall", "WhistleKind",
    "WhistleSource",
]  # fmt: skip
