"""States of a ticket and other closed lists (lifecycles §2; handbook §4)."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TicketState(TextChoices):
    """Where a ticket stands."""

    LOGGED = "logged", _("logged")
    ANSWERED = "answered", _("answered at once")
    OUT_OF_SCOPE = "out_of_scope", _("out of scope")
    DISPATCHED = "dispatched", pgettext_lazy("ticket", "dispatched")
    HANDLING = "handling", pgettext_lazy("ticket", "being handled")
    REPLIED = "replied", _("replied")
    CALLBACK_OPEN = "callback_open", _("being called back")
    CLOSED = "closed", pgettext_lazy("ticket", "closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("ticket", "withdrawn")


TERMINAL = frozenset({TicketState.ANSWERED, TicketState.OUT_OF_SCOPE, TicketState.CLOSED, TicketState.WITHDRAWN})
OPEN = tuple(state for state in TicketState if state not in TERMINAL)
WITH_UNIT = (TicketState.DISPATCHED, TicketState.HANDLING)
TO_CALL = (TicketState.REPLIED, TicketState.CALLBACK_OPEN)
NEVER_BEGUN = (TicketState.OUT_OF_SCOPE, TicketState.WITHDRAWN)  # nothing can hang on these


class Channel(TextChoices):
    """How a demand came in: the line and its network platforms (handbook §4.2)."""

    PHONE = "phone", _("telephone")
    WEB = "web", _("web")
    APP = "app", _("mobile application")
    WECHAT = "wechat", _("WeChat")
    SMS = "sms", _("text message")
    LETTER = "letter", _("letter or mail")
    VISIT = "visit", _("visit in person")
    SUPERIOR = "superior", _("superior authority")
    IMPORT = "import", _("older system")


class Level(TextChoices):
    """Within what time a demand is to be replied to (handbook §4.4); the times are settings."""

    H2 = "h2", _("emergency: life or property in danger")
    H24 = "h24", _("urgent: water, power, gas, heating")
    D7 = "d7", _("ordinary")
    D15 = "d15", _("complex")


class Identity(TextChoices):
    """Who may learn who called."""

    ANONYMOUS = "anonymous", _("nobody knows it")
    OPEN = "open", _("masked; the unit may reveal it for a purpose")
    CONFIDENTIAL = "confidential", _("the hotline and the one named handler")
    WITHHELD = "withheld", _("the hotline alone; one named handler if the hotline allows contact")


class Medium(TextChoices):
    """How somebody was, or was to be, reached."""

    PHONE = "phone", _("telephone")
    VISIT = "visit", _("visit")
    SMS = "sms", _("text message")
    WEB = "web", _("web")


class OtherChannel(TextChoices):
    """Who is competent instead of the hotline (handbook §4.1–4.2)."""

    POLICE = "police", _("police (110)")
    FIRE = "fire", _("fire brigade (119)")
    AMBULANCE = "ambulance", _("ambulance (120)")
    COURT = "court", _("court, arbitration or lawyers")
    PETITION = "petition", _("petition office")
    DISCIPLINE = "discipline", _("discipline inspection")
    OTHER_CITY = "other_city", _("another city's hotline")
    OTHER = "other", _("another channel")


class Solved(TextChoices):
    """What the caller says has come of it."""

    YES = "yes", pgettext_lazy("by a caller", "solved")
    PARTLY = "partly", pgettext_lazy("by a caller", "partly solved")
    NO = "no", pgettext_lazy("by a caller", "not solved")


class Satisfaction(IntegerChoices):
    """The five steps (非常满意 … 非常不满意); 满意 and 基本满意 count as satisfied (handbook §4.5)."""

    VERY = 5, _("very satisfied")
    SATISFIED = 4, _("satisfied")
    FAIRLY = 3, _("fairly satisfied")
    DISSATISFIED = 2, _("dissatisfied")
    VERY_BAD = 1, _("very dissatisfied")


class Fault(TextChoices):
    """Why a caller is not content."""

    UNIT = "unit", _("the unit could have done better")
    CONDITIONS = "conditions", _("law, plans or money do not allow more now")
    CALLER = "caller", _("the demand goes beyond what anybody owes")


class CallbackResult(TextChoices):
    """How a callback ended."""

    ANSWERED = "answered", _("answered by telephone")
    ONLINE = "online", _("answered by the link")
    UNREACHABLE = "unreachable", _("could not be reached")
    DROPPED = "dropped", _("not needed any more")


class LinkKind(TextChoices):
    """Why a ticket hangs on another one."""

    REPEAT = "repeat", _("the same caller about the same matter")
    GROUP = "group", _("several callers about the same matter")
