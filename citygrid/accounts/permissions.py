"""Every right by name, with a sentence that a person can read. Code asks for these, never for a role."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Perm(TextChoices):
    """What somebody may do. The label is shown on the page "What may I do?"."""

    AREA_VIEW = "area.view", _("See areas and grids of one's own area, with their figures and outlines.")
    AREA_MANAGE = "area.manage", _("Import, change and retire areas and grids.")
    DEPARTMENT_VIEW = "department.view", _("See the departments that serve one's own area.")
    DEPARTMENT_MANAGE = "department.manage", _("Add, change and close departments.")
    OBJECT_VIEW = "object.view", _("See components, buildings and key places.")
    OBJECT_MANAGE = "object.manage", _("Add and change components, buildings and key places.")
    REGISTER_VIEW = (
        "register.view",
        _("See households, persons and units of one's own area, with personal data masked."),
    )
    REGISTER_EDIT = "register.edit", _("Add and change households, persons and units of one's own area.")
    REGISTER_REVEAL = "register.reveal", _("Reveal a masked identity number or phone, with a purpose that is recorded.")
    CATALOGUE_VIEW = "catalogue.view", _("See categories, filing conditions and time limits, and the calendar.")
    CATALOGUE_MANAGE = (
        "catalogue.manage",
        _("Keep categories, filing conditions, limits, the responsibility matrix and the calendar."),
    )
    CASE_VIEW = "case.view", _("See the cases of one's own area.")
    CASE_VIEW_DEPARTMENT = "case.view_department", _("See the cases that one's own department leads or helps with.")
    TICKET_VIEW = "ticket.view", _("See the hotline's tickets of one's own area, with callers masked.")
    TICKET_VIEW_UNIT = "ticket.view_unit", _("See the tickets that one's own unit has or had, with callers masked.")
    CALLER_VIEW = (
        "caller.view",
        _("Look callers up by number, see their earlier tickets, and reveal one with a purpose; each is recorded."),
    )
    UNIT_SUPERVISE = "unit.supervise", _("Put units on the list of those whose replies their leader signs off.")
    WHISTLE_VIEW = "whistle.view", _("See the whistles of one's own area.")
    EVALUATION_VIEW = (
        "evaluation.view",
        _("See rates and scores of the tickets and whistles that one sees, and the ranking of all units."),
    )
    COUNCIL_VIEW = "council.view", _("See the matters of the councils of one's own area.")
    LANE_VIEW = "lane.view", _("See the lanes of one's own area, who looks after them, and what was found there.")
    LANE_MANAGE = "lane.manage", _("Enter lanes, and give them to lane stewards.")
    LANE_WALK = "lane.walk", _("Walk the lanes that one looks after, and report what is wrong there.")
    EVIDENCE_ORIGINAL = (
        "evidence.original",
        _("Take the untouched original of a photo or file, with all it tells; each time is recorded."),
    )
    ACCOUNT_VIEW = "account.view", _("See the accounts and posts of one's own area or department.")
    ACCOUNT_MANAGE = "account.manage", _("Open and close accounts and set first passwords.")
    POST_MANAGE = "post.manage", _("Give and end posts, and hand over when someone leaves.")
    SESSION_END = "session.end", _("End the sessions and revoke the tokens of other people, and lift a sign-in lock.")
    JOURNAL_VIEW = "journal.view", _("Read the journal of everything that was done.")
    JOURNAL_VERIFY = "journal.verify", _("Prove that the journal was not altered.")
    ADMIN_ENTER = "admin.enter", _("Enter the administration pages.")
