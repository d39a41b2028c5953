"""What a move on a request changes besides its state."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.approvals.kinds import KINDS, Kind
from cases.approvals.states import RequestKind, RequestState
from cases.workflow.engine import Move
from citygrid.accounts.roles import Role
from citygrid.common.errors import Conflict, Invalid, NotAllowed


def kind_of(approval: Any) -> Kind:
    """Return what the request means for its subject. Raises ``Invalid`` where nothing of the kind can be asked."""
    kind = KINDS.get((approval.about, approval.kind))
    if kind is None:
        names = _(", ").join(str(RequestKind(name).label) for about, name in KINDS if about == approval.about)
        fault = _("“%(kind)s” cannot be asked for here. Ask for one of: %(kinds)s.") % {
            "kind": approval.get_kind_display(), "kinds": names,
        }  # fmt: skip
        raise Invalid(fault, fields={"kind": [fault]})
    return kind


def request(move: Move) -> None:
    """Check that it may be asked, and lay out who decides. An asker's own step is left out of the path."""
    approval = move.subject
    kind = kind_of(approval)
    held = {post[0] for post in move.acting.posts}
    asker = next((role for role in kind.askers if role in held), None)
    if asker is None:
        roles = _(", ").join(str(Role(role).label) for role in kind.askers)
        raise NotAllowed(
            _("A request of the kind “%(kind)s” is made by: %(roles)s.")
            % {"kind": approval.get_kind_display(), "roles": roles}
        )
    if reason := kind.why_not(approval.subject, move.at):
        raise Conflict(str(reason), code="not_now", current=approval.subject)
    if kind.needs_until and (approval.until is None or approval.until <= move.at):
        raise Invalid(_("Say until when, at a time to come."), fields={"until": [_("This is needed.")]})
    if kind.needs_evidence and not move.inputs["evidence"]:
        fault = _("A request of the kind “%(kind)s” needs evidence: send a photo or file that supports it.") % {
            "kind": approval.get_kind_display()
        }
        raise Invalid(fault, fields={"evidence": [fault]})
    approval.reason = kind.clean(approval.subject, approval.reason)
    approval.legal_basis = kind.clean(approval.subject, approval.legal_basis)
    approval.steps = [role for role in kind.path if role != asker]
    kind.on_request(approval, move.at, move.by)


def next_state(move: Move) -> str:
    """Approved after the last step, else on to the next."""
    approval = move.subject
    return RequestState.APPROVED if approval.step + 1 >= len(approval.steps) else RequestState.REQUESTED


def approve(move: Move) -> None:
    """Go one step on; after the last one let the request take effect."""
    approval = move.subject
    approval.step += 1
    if approval.state == RequestState.APPROVED:
        decide(move)


def tidy(move: Move) -> None:
    """Keep out of the opinion what the subject keeps secret."""
    move.opinion = kind_of(move.subject).clean(move.subject.subject, move.opinion)


def decide(move: Move) -> None:
    """Note the end of the request and let it take effect."""
    approval = move.subject
    approval.decided_at, approval.decided_by, approval.decision = move.at, move.by, move.opinion
    kind = kind_of(approval)
    effect = kind.on_approved if approval.state == RequestState.APPROVED else kind.on_not_approved
    effect(approval, move.at, move.by)


def not_own(move: Move) -> Any:
    """Nobody decides the own request."""
    if move.subject.requested_by_id == getattr(move.by, "pk", None):
        return _("You made this request; somebody else must decide it.")
    return None


def only_own(move: Move) -> Any:
    """Only who asked may withdraw."""
    if move.subject.requested_by_id != getattr(move.by, "pk", None):
        return _("Only the person who made this request can withdraw it.")
    return None
