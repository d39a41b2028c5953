"""The rulebook of the request (lifecycles §1): one lifecycle for all kinds; who decides is the kind's path."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.approvals import effects
from cases.approvals.states import RequestState
from cases.workflow.table import Actor, Input, InputType, Lifecycle, Relation, Transition
from citygrid.accounts.roles import Role

R = RequestState
DECIDERS = tuple(
    Actor(role, Relation.STEP)
    for role in (
        Role.DEPT_CLERK, Role.DISPATCHER, Role.SHIFT_LEADER, Role.ACCEPTOR, Role.HOTLINE_LEADER, Role.MANAGER,
    )
)  # fmt: skip
ASKERS = (
    Actor(Role.DEPT_CLERK, Relation.DEPARTMENT), Actor(Role.HANDLER, Relation.PERSON), Actor(Role.DISPATCHER),
    *(Actor(role, Relation.UNIT) for role in (Role.STREET_STAFF, Role.STREET_LEADER, Role.PLATFORM_CLERK)),
)  # fmt: skip

ROWS: tuple[Transition, ...] = (
    Transition(
        "request", _("Request"), (), (R.REQUESTED,), actors=ASKERS,
        inputs=(Input("evidence", _("evidence"), InputType.EVIDENCE, required=False, many=True),),
        effect=effects.request,
    ),
    Transition(
        "approve", _("Approve"), (R.REQUESTED,), (R.REQUESTED, R.APPROVED), actors=DECIDERS,
        guards=(effects.not_own,), checks=(effects.tidy,), choose=effects.next_state, effect=effects.approve,
    ),
    Transition(
        "refuse", _("Refuse"), (R.REQUESTED,), (R.REFUSED,), actors=DECIDERS, opinion=True, guards=(effects.not_own,),
        checks=(effects.tidy,), effect=effects.decide,
    ),
    Transition(
        "withdraw", _("Withdraw"), (R.REQUESTED,), (R.WITHDRAWN,), actors=ASKERS, guards=(effects.only_own,),
        checks=(effects.tidy,), effect=effects.decide,
    ),
    Transition("expire", _("Expires"), (R.REQUESTED,), (R.EXPIRED,), system=True, effect=effects.decide),
)  # fmt: skip

APPROVAL = Lifecycle(
    name="approval", label=_("request"), states=dict(RequestState.choices), initial=R.REQUESTED,
    terminal=frozenset({R.APPROVED, R.REFUSED, R.WITHDRAWN, R.EXPIRED}),
    turn={R.REQUESTED: tuple(actor.role for actor in DECIDERS)}, rows=ROWS,
)  # fmt: skip
