"""Change one's own password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from citygrid.accounts import passwords, services, sessions
from citygrid.accounts.forms import ChangePasswordForm
from citygrid.accounts.models import User
from citygrid.accounts.throttle import FailedSignins
from citygrid.common import clock
from citygrid.common.errors import Invalid


@never_cache
@sensitive_post_parameters()
@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    """Ask for the present and a new password; every other session and every token of the person ends."""
    user, at = request.user, clock.now()
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and isinstance(user, User) and form.is_valid() and _proved(request, user, form):
        key = request.session.session_key or ""
        try:
            services.change_password(user=user, password=form.cleaned_data["password"], at=at, session_key=key)
        except Invalid as refused:
            for sentence in refused.fields.get("password", [str(refused)]):
                form.add_error("password", sentence)
        else:
            update_session_auth_hash(request, user)
            sessions.rename(old_key=key, new_key=request.session.session_key or "")
            messages.success(
                request, _("Your password was changed. Your other sessions were ended and your API tokens revoked.")
            )
            return redirect("home")
    due = isinstance(user, User) and passwords.is_due(user, at)
    return render(request, "accounts/password.html", {"form": form, "due": due}, status=422 if form.is_bound else 200)


def _proved(request: HttpRequest, user: User, form: ChangePasswordForm) -> bool:
    """Whether the present password is right; guessing is slowed down as at sign-in."""
    gate = FailedSignins()
    if gate.blocks(request):
        form.add_error(None, _("Too many wrong passwords from this address. Wait a minute, then try again."))
    elif user.check_password(form.cleaned_data["old"]):
        return True
    else:
        gate.note(request)
        form.add_error("old", _("This is not your present password."))
    return False
