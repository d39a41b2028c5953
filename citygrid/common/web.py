"""Refusals and faults as pages (or, below ``/api/``, as the API's one error shape): the only place that does so."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from citygrid.common import context
from citygrid.common.api.errors import body
from citygrid.common.errors import NotAllowed, NotFound, Refusal

API = "/api/"


class RefusalMiddleware:
    """Turns a :class:`~citygrid.common.errors.Refusal` that a page's view lets through into a page that says it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal; leave every other exception alone."""
        if not isinstance(error, Refusal):
            return None
        return refused(request, status=error.status, code=error.code, message=str(error))


def refused(request: HttpRequest, *, status: int, code: str, message: str) -> HttpResponse:
    """Return the refusal as JSON below ``/api/``, else as a page with a way out."""
    if request.path.startswith(API):
        return JsonResponse(body(code, message), status=status)
    template = "errors/404.html" if status == NotFound.status else "errors/refused.html"
    return render(request, template, {"message": message, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request itself is broken."""
    return refused(
        request, status=400, code="malformed", message=_("The browser sent something that cannot be read. Try again.")
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: known, but not allowed."""
    message = _("Your posts do not allow this. “What may I do?” lists your rights and who can change them.")
    return refused(request, status=NotAllowed.status, code=NotAllowed.code, message=message)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or not this person's to see; which of the two is never told."""
    message = _("There is nothing here, or it is not yours to see. Check the address or search for the area.")
    return refused(request, status=NotFound.status, code=NotFound.code, message=message)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose safety mark is missing or old, most often after a sign-in in another tab."""
    message = _(
        "This form is too old to be sent safely. Nothing was changed. Go back, reload the page and send it again."
    )
    return refused(request, status=403, code="stale_form", message=message)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. The page asks nothing of the database, which may be what failed."""
    message = _("Something went wrong on our side. What you did last may not have been saved.")
    if request.path.startswith(API):
        return JsonResponse(body("server_error", message), status=500)
    page = render_to_string("errors/500.html", {"message": message, "request_id": context.request_id.get()})
    return HttpResponse(page, status=500)
