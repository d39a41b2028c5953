"""The rulebook of the field task (lifecycles §1): assigned → accepted → done, handed over, expired or cancelled."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.fieldwork import effects
from cases.fieldwork.states import VERDICTS_OF, TaskState, Verdict
from cases.workflow.table import Actor, Input, InputType, Lifecycle, Relation, Transition
from citygrid.accounts.roles import Role

T = TaskState
WORKER = Actor(Role.GRID_WORKER, Relation.PERSON)
WAITING = (T.ASSIGNED, T.ACCEPTED)

ROWS: tuple[Transition, ...] = (
    Transition("assign", _("Assign"), (), (T.ASSIGNED,), system=True),
    Transition(
        "assign_patrol", _("Send on patrol"), (), (T.ASSIGNED,),
        actors=(Actor(Role.ACCEPTOR), Actor(Role.SHIFT_LEADER)),
    ),
    Transition("accept", _("Accept the task"), (T.ASSIGNED,), (T.ACCEPTED,), actors=(WORKER,)),
    Transition(
        "hand_over", _("Hand over"), WAITING, (T.ASSIGNED,), actors=(WORKER,), opinion=True,
        inputs=(Input("worker", _("grid worker"), InputType.REF, ref="grid-workers?area={area}"),),
        effect=effects.hand_over,
    ),
    Transition(
        "complete", _("Report back"), WAITING, (T.DONE,), actors=(WORKER,),
        inputs=(
            Input("verdict", _("verdict"), InputType.CHOICE, choices=tuple(Verdict.choices),
                  fits=lambda task: VERDICTS_OF[task.kind]),
            Input("position", _("position"), InputType.POINT, help=_("Where you stand, from the phone or the map.")),
            Input("accuracy", _("accuracy in metres"), InputType.NUMBER, required=False),
            # What a patrol finds is reported as a case, with its photos.
            Input("photos", _("photos"), InputType.EVIDENCE, many=True, applies=lambda task: task.case_id is not None),
            Input("note", _("note"), required=False),
        ),
        checks=(effects.check_verdict,), effect=effects.complete,
    ),
    Transition("expire", _("Expires"), WAITING, (T.EXPIRED,), system=True),
    Transition("cancel", pgettext_lazy("field task move", "Cancelled"), WAITING, (T.CANCELLED,), system=True),
)  # fmt: skip

TASK = Lifecycle(
    name="field_task", label=_("field task"), states=dict(TaskState.choices), initial=T.ASSIGNED,
    terminal=frozenset({T.DONE, T.EXPIRED, T.CANCELLED}),
    turn={T.ASSIGNED: (Role.GRID_WORKER,), T.ACCEPTED: (Role.GRID_WORKER,)}, rows=ROWS,
)  # fmt: skip
