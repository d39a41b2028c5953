"""Addresses of the hotline's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cases.web.hotline import answer, callbacks, intake, listed, page, reveal, supervised, track, whistling
from citygrid.common.api import codes  # noqa: F401 - makes <code:…> known

TICKET = "hotline/tickets/<code:number>/"
CALL = "hotline/callbacks/<code:number>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("hotline/tickets/", listed.listed, name="tickets"),
    path("hotline/new/", intake.new, name="intake"),
    path("hotline/new/caller/", intake.caller, name="intake_caller"),
    path("hotline/new/hints/", intake.hint, name="intake_hints"),
    path("hotline/new/saved/<code:number>/", intake.saved, name="intake_saved"),
    path(TICKET, page.show, name="ticket"),
    path(f"{TICKET}moves/<slug:name>/", page.move, name="ticket_move"),
    path(f"{TICKET}ask/<slug:kind>/", page.ask_for, name="ticket_ask"),
    path(f"{TICKET}clocks/<int:clock_id>/", page.explain, name="ticket_clock"),
    path(f"{TICKET}reveal/<slug:field>/", reveal.reveal, name="ticket_reveal"),
    path(f"{TICKET}whistle/", page.whistle, name="ticket_whistle"),
    path("whistles/<code:number>/tickets/", whistling.join, name="whistle_join"),
    path("hotline/supervised/", supervised.listed, name="supervised_units"),
    path("hotline/supervised/<code:code>/end/", supervised.end, name="supervised_unit_end"),
    path("hotline/callbacks/", callbacks.queue, name="callbacks"),
    path("hotline/callbacks/next/", callbacks.take_next, name="callback_next"),
    path(CALL, callbacks.call, name="callback"),
    path(f"{CALL}moves/<slug:name>/", callbacks.move, name="callback_move"),
    path(f"{CALL}link/", callbacks.send_link, name="callback_link"),
    path("c/<str:token>/", answer.answer, name="callback_answer"),
    path("track/", track.ask, name="track"),
    path("track/progress/", track.progress, name="track_progress"),
    path("track/progress/phone/", track.phone, name="track_phone"),
    path("track/progress/again/", track.reopen, name="track_reopen"),
    path("track/close/", track.close, name="track_close"),
]
