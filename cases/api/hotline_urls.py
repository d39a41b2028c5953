"""Addresses of the hotline: tickets, callers, callbacks, and the lists that their inputs refer to."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from cases.api.callbacks import CallbackListView
from cases.api.callers import CallerDetailView, CallerListView, RevealView
from cases.api.calls import CallView
from cases.api.hotline_lists import DemandTypeListView, TicketCategoryListView, UnitListView, UnitStaffListView
from cases.api.ticket_aids import TicketSuggestionsView
from cases.api.ticket_history import TicketClockView, TicketTimelineView
from cases.api.ticket_similar import SimilarTicketsView, TicketDuplicatesView
from cases.api.tickets import TicketDetailView, TicketListView, TicketMoveView
from citygrid.common.api import codes  # noqa: F401 - makes <code:…> known

TICKET = "tickets/<code:number>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/", TicketListView.as_view(), name="api_tickets"),
    path(TICKET, TicketDetailView.as_view(), name="api_ticket"),
    path(f"{TICKET}actions/<slug:name>/", TicketMoveView.as_view(), name="api_ticket_move"),
    path(f"{TICKET}reveal/", RevealView.as_view(), name="api_ticket_reveal"),
    path(f"{TICKET}timeline/", TicketTimelineView.as_view(), name="api_ticket_timeline"),
    path(f"{TICKET}clocks/<int:clock_id>/explain/", TicketClockView.as_view(), name="api_ticket_clock"),
    path(f"{TICKET}similar/", SimilarTicketsView.as_view(), name="api_ticket_similar"),
    path("ticket-duplicates/", TicketDuplicatesView.as_view(), name="api_ticket_duplicates"),
    path("ticket-suggestions/", TicketSuggestionsView.as_view(), name="api_ticket_suggestions"),
    path("calls/", CallView.as_view(), name="api_calls"),
    path("callers/", CallerListView.as_view(), name="api_callers"),
    path("callers/<int:pk>/", CallerDetailView.as_view(), name="api_caller"),
    path("callbacks/", CallbackListView.as_view(), name="api_callbacks"),
    path("demand-types/", DemandTypeListView.as_view(), name="api_demand_types"),
    path("ticket-categories/", TicketCategoryListView.as_view(), name="api_ticket_categories"),
    path("units/", UnitListView.as_view(), name="api_units"),
    path("unit-staff/", UnitStaffListView.as_view(), name="api_unit_staff"),
]
