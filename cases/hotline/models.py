"""The ticket (诉求工单): one caller's demand, with its rounds at a unit. Many tickets may point to one case."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField

from cases.approvals.states import RequestState
from cases.casework.states import Outcome
from cases.hotline.scope import TicketQuerySet
from cases.hotline.states import (
    TERMINAL,
    Channel,
    Identity,
    Level,
    LinkKind,
    OtherChannel,
    TicketState,
)
from cases.hotline.table import ROWS
from cases.hotline.units import roles_of, stands_at
from cases.workflow.fsm import Versioned, bridge
from citygrid.accounts.roles import Role
from citygrid.common.saving import Saving


def _person(label: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


class Ticket(bridge(ROWS), Versioned):  # type: ignore[misc]
    """One demand of one caller. Written by the workflow engine alone."""

    number = models.CharField(_("ticket number"), max_length=24, unique=True)
    state = FSMField(_("state"), default=TicketState.LOGGED, choices=TicketState.choices, protected=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    call_reference = models.CharField(_("reference of the call"), max_length=64, blank=True)
    received_at = models.DateTimeField(_("received at"))
    logged_by = _person(_("logged by"))
    demand_type = models.ForeignKey("cases.DemandType", models.PROTECT, verbose_name=_("type of demand"))
    category = models.ForeignKey(
        "cases.TicketCategory", models.PROTECT, null=True, blank=True, verbose_name=_("ticket category")
    )
    # As it was told, for the hotline; and what goes out, without the caller's name and any phone number.
    title = models.CharField(_("title"), max_length=100)
    content = models.TextField(_("what was told"))
    shown_title = models.CharField(_("title that goes out"), max_length=100)
    shown_content = models.TextField(_("text that goes out"))
    text_digest = models.CharField(_("digest of the text"), max_length=64, editable=False)
    event_at = models.DateTimeField(_("happened at"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    geom = models.PointField(_("position"), srid=4326, null=True, blank=True)
    area = models.ForeignKey("gridmap.Area", models.PROTECT, related_name="tickets", verbose_name=_("grid or area"))
    caller = models.ForeignKey(
        "cases.Caller", models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("caller")
    )
    phone = models.ForeignKey(
        "cases.CallerPhone", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("phone")
    )
    identity = models.CharField(_("identity"), max_length=12, choices=Identity.choices)
    contact_wish = models.CharField(_("when and how to be contacted"), max_length=100, blank=True)
    wants_callback = models.BooleanField(_("wants to be called back"), default=True)
    level = models.CharField(_("level"), max_length=4, choices=Level.choices)
    unit = models.ForeignKey(
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("unit")
    )
    first_unit = models.ForeignKey(  # 首接负责: who took it first stays answerable for it
        "gridmap.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("first receiver")
    )
    round_number = models.PositiveSmallIntegerField(_("round"), default=0)
    handler = _person(_("named handler"))  # the one person of the unit who may learn who called
    contact_allowed = models.BooleanField(_("the hotline allows contact"), default=False)
    case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("case")
    )
    main_ticket = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="linked", verbose_name=_("hangs on")
    )
    link_kind = models.CharField(_("kind of link"), max_length=6, choices=LinkKind.choices, blank=True)
    returned = models.BooleanField(_("came back by a return"), default=False)
    final_ruling = models.BooleanField(_("finally ruled"), default=False)  # 终审: no unit may return it any more
    redo_count = models.PositiveSmallIntegerField(_("times done again"), default=0)
    urge_count = models.PositiveSmallIntegerField(_("urges"), default=0)
    # What a case or a whistle came to, until the unit replies: it fills in the reply.
    fed_outcome = models.CharField(_("outcome reported back"), max_length=10, choices=Outcome.choices, blank=True)
    fed_result = models.TextField(_("result reported back"), blank=True)
    fed_from = models.CharField(_("reported back by"), max_length=24, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    answer = models.TextField(_("answer to the caller"), blank=True)
    other_channel = models.CharField(_("competent channel"), max_length=12, choices=OtherChannel.choices, blank=True)
    excluded = models.BooleanField(_("excluded from scoring"), default=False)
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    client_request_id = models.CharField(_("request id of the sender"), max_length=64, blank=True)

    objects: ClassVar[Any] = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TicketState.values), name="ticket_state_known"),
            models.CheckConstraint(
                condition=Q(identity=Identity.ANONYMOUS, caller=None, phone=None)
                | ~Q(identity=Identity.ANONYMOUS) & Q(caller__isnull=False),
                name="ticket_anonymous_without_caller",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(TERMINAL), ended_at__isnull=False)
                | ~Q(state__in=sorted(TERMINAL)) & Q(ended_at=None),
                name="ticket_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(main_ticket=None, link_kind="") | Q(main_ticket__isnull=False, link_kind__gt=""),
                name="ticket_linked_says_why",
            ),
            models.CheckConstraint(condition=~Q(main_ticket=F("id")), name="ticket_not_linked_to_itself"),
            models.CheckConstraint(
                condition=Q(state__in=["logged", "answered", "out_of_scope", "withdrawn"])
                | Q(unit__isnull=False, round_number__gt=0),
                name="ticket_dispatched_to_whom",
            ),
            models.UniqueConstraint(
                fields=["logged_by", "client_request_id"], condition=~Q(client_request_id=""),
                name="ticket_request_once",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "-received_at", "-id"], name="ticket_state_received"),
            models.Index(fields=["unit", "state", "-id"], name="ticket_unit_state"),
            models.Index(fields=["area", "-received_at", "-id"], name="ticket_area_received"),
            models.Index(fields=["-received_at", "-id"], name="ticket_received"),
            models.Index(fields=["caller", "-received_at"], name="ticket_caller_received"),
            models.Index(fields=["text_digest", "-received_at"], name="ticket_same_text"),
            models.Index(fields=["replied_at", "id"], name="ticket_to_call_back",
                         condition=Q(state__in=["replied", "callback_open"])),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def calls_back(self) -> bool:
        """Whether the caller is to be asked what came of it: anonymous callers cannot be, others may not want it."""
        return self.phone_id is not None and self.wants_callback

    @property
    def contactable(self) -> bool:
        """Whether the unit is to contact the caller."""
        return self.phone_id is not None and (self.identity != Identity.WITHHELD or self.contact_allowed)

    def stands_at_unit(self, role: str, area_id: int | None, department_id: int | None) -> bool:
        """Whether a post of that role stands at the unit that has the ticket."""
        return self.unit is not None and stands_at(self.unit, role, area_id, department_id)

    def roles_expected(self) -> tuple[Role, ...]:
        """Who at the unit is to act: its staff, or its leader while a reply waits to be signed off."""
        if self.unit is None or self.state not in (TicketState.DISPATCHED, TicketState.HANDLING):
            return ()
        staff, leader = roles_of(self.unit)
        row = self.current_round() if self.state == TicketState.HANDLING else None
        return (leader,) if row is not None and row.waits_for_sign_off else (staff,)

    def department_ids(self) -> tuple[int, ...]:
        """The unit that has it."""
        return (self.unit_id,) if self.unit_id else ()

    def is_assigned_to(self, user: Any) -> bool:
        """Whether the person is the named handler."""
        return self.handler_id is not None and self.handler_id == user.pk

    def open_request(self) -> Any:
        """The request on this ticket that is not decided yet, or ``None``."""
        return next((asked for asked in self.approvals.all() if asked.state == RequestState.REQUESTED), None)

    def current_round(self) -> TicketRound | None:
        """The round now running, or ``None`` before the first."""
        return next((one for one in self.rounds.all() if one.number == self.round_number), None)

    def current_callback(self) -> Any:
        """The callback of the round now running, or ``None`` before the unit has replied."""
        return next((one for one in self.callbacks.all() if one.round_number == self.round_number), None)

    def handled_by(self) -> set[int]:
        """The keys of everybody who handled the ticket at a unit, in whatever round."""
        keys = {key for one in self.rounds.all() for key in (one.signed_by_id, one.replied_by_id, one.signed_off_by_id)}
        return {key for key in {*keys, *(one.by_id for one in self.contacts.all()), self.handler_id} if key}


class TicketRound(Saving):
    """One round at one unit, with its four-element reply; kept whole when the next begins."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="rounds", verbose_name=_("ticket"))
    number = models.PositiveSmallIntegerField(_("round"))
    unit = models.ForeignKey("gridmap.Department", models.PROTECT, related_name="+", verbose_name=_("unit"))
    level = models.CharField(_("level"), max_length=4, choices=Level.choices)
    began_at = models.DateTimeField(_("dispatched at"))
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signed_by = _person(_("signed by"))
    still_wrong = models.TextField(_("what is still wrong"), blank=True)  # the caller's words that led to this round
    contact_due = models.BooleanField(_("the caller is to be contacted"), default=False)
    contacted_at = models.DateTimeField(_("contacted at"), null=True, blank=True)
    # The four elements (四要素, handbook §3.5): accepted when, spoke to whom, measures, deadline.
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    spoke_to = models.CharField(_("spoke to whom"), max_length=200, blank=True)
    measures = models.TextField(_("measures"), blank=True)
    deadline = models.DateField(_("done, or to be done, by"), null=True, blank=True)
    internal_text = models.TextField(_("internal text"), blank=True)
    public_text = models.TextField(_("answer to the caller"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    written_at = models.DateTimeField(_("reply written at"), null=True, blank=True)
    replied_by = _person(_("replied by"))
    signed_off_at = models.DateTimeField(_("signed off at"), null=True, blank=True)
    signed_off_by = _person(_("signed off by"))
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    return_refused = models.BooleanField(_("a return was refused"), default=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by_move = models.CharField(_("ended by"), max_length=30, blank=True)
    opinion = models.TextField(_("opinion"), blank=True)

    class Meta:
        verbose_name = _("round at a unit")
        verbose_name_plural = _("rounds at units")
        constraints = [models.UniqueConstraint(fields=["ticket", "number"], name="ticket_round_once")]
        indexes = [
            models.Index(fields=["unit", "ticket"], name="ticket_round_unit"),
            models.Index(fields=["began_at"], name="ticket_round_began"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket} #{self.number}"

    @property
    def waits_for_sign_off(self) -> bool:
        """Whether a reply is written and its leader has not signed it off."""
        return self.written_at is not None and self.replied_at is None


class Contact(Saving):
    """A unit's attempt to reach the caller (先行联系)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="contacts", verbose_name=_("ticket"))
    round_number = models.PositiveSmallIntegerField(_("round"))
    at = models.DateTimeField(_("at"))
    how = models.CharField(_("how"), max_length=6)
    reached = models.BooleanField(_("reached"))
    note = models.TextField(_("note"), blank=True)
    by = _person(_("by"))

    class Meta:
        verbose_name = _("contact with a caller")
        verbose_name_plural = _("contacts with callers")

    def __str__(self) -> str:
        return f"{self.ticket} {self.at:%Y-%m-%d %H:%M}"
