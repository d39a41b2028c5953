"""The rulebook of a walk through a lane: its steward records it, the street reads it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.stewards import effects
from cases.stewards.states import WalkState
from cases.workflow.table import Actor, Input, InputType, Lifecycle, Relation, Transition
from citygrid.accounts.roles import Role

W = WalkState
STREET = (Actor(Role.STREET_STAFF), Actor(Role.STREET_LEADER))

ROWS: tuple[Transition, ...] = (
    Transition(
        "record", _("Record a walk"), (), (W.RECORDED,), actors=(Actor(Role.LANE_STEWARD, Relation.PERSON),),
        inputs=(Input("photos", _("photos"), InputType.EVIDENCE, required=False, many=True),),
        checks=(effects.check_place,),
    ),
    Transition(
        "read", _("Note as read"), (W.RECORDED,), (W.READ,), actors=STREET,
        inputs=(Input("answer", _("answer to the steward"), required=False),), effect=effects.read,
    ),
)  # fmt: skip

LANE_WALK = Lifecycle(
    name="lane_walk", label=_("walk through a lane"), states=dict(W.choices), initial=W.RECORDED,
    terminal=frozenset({W.READ}), turn={W.RECORDED: (Role.STREET_STAFF, Role.STREET_LEADER)}, rows=ROWS,
)  # fmt: skip
