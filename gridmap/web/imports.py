"""The import page: send a file, read the report, then apply it. The file and all choices are kept in between."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.errors import Conflict, Invalid
from gridmap.importing import uploads
from gridmap.importing.run import Result, import_areas
from gridmap.importing.scope import within
from gridmap.importing.show import summary
from gridmap.posts.rights import require
from gridmap.web.import_form import ImportForm

_SESSION = "area_import"


@login_required
@require_http_methods(["GET", "POST"])
def area_import(request: HttpRequest) -> HttpResponse:
    """Look at a file or import it."""
    require(request.user, Perm.AREA_MANAGE)
    form = ImportForm(request.POST or None, request.FILES or None)
    result = None
    if form.is_valid():
        try:
            result = _run(request, form)
        except (Invalid, Conflict) as refusal:
            form.add_error(None, str(refusal))
    if result and result.applied:
        messages.success(request, summary(result.report, applied=True))
        uploads.drop(request.session.pop(_SESSION)["token"])
        return redirect("areas")
    return render(request, "gridmap/imports/import.html", _context(request, form, result))


def _run(request: HttpRequest, form: ImportForm) -> Result:
    """Keep what was sent; write only after a look at the same file with the same choices."""
    session = request.session
    if upload := form.cleaned_data["file"]:
        if _SESSION in session:
            uploads.drop(session[_SESSION]["token"])
        session[_SESSION] = {"token": uploads.keep(upload), "name": upload.name, "looked_at": ""}
    sent = session.get(_SESSION, {})
    path = uploads.kept(sent.get("token", ""))
    if path is None:
        raise Invalid(_("Choose a file to import."))
    choices = repr({name: value for name, value in form.cleaned_data.items() if name != "file"})
    looked_at = not upload and sent["looked_at"] == choices
    now = clock.now()
    result = import_areas(
        path=path, name=sent["name"], options=form.options(), at=form.at(now), by=request.user,
        apply_it=request.POST.get("action") == "apply" and looked_at, guard=within(request.user, now),
    )  # fmt: skip
    session[_SESSION] = {**sent, "looked_at": "" if result.report.errors else choices}
    return result


def _context(request: HttpRequest, form: ImportForm, result: Result | None) -> dict[str, Any]:
    return {
        "form": form,
        "sent": request.session.get(_SESSION),
        "report": result.report if result else None,
        "summary": summary(result.report, applied=False) if result else "",
    }
