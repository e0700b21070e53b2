"""Addresses of leave. Their views are imported when the first of them is asked for.

Every page's navigation names one, and nobody who checks in needs what they stand on.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from companies.routes import on_demand

app_name = "leave"
urlpatterns = [
    path("", on_demand("leave.overview_views.show"), name="overview"),
    path("books/<uuid:public_id>/", on_demand("leave.books_views.books"), name="books"),
    path("comp-off/", on_demand("leave.comp_off_views.claim"), name="comp-off"),
    path("feeds/", on_demand("leave.feed_views.show"), name="feeds"),
    path("feeds/make", on_demand("leave.feed_views.make"), name="feed-make"),
    path("feeds/<uuid:public_id>/end", on_demand("leave.feed_views.end"), name="feed-end"),
    # Whoever has the address reads it: calendars sign in nowhere.
    path(
        "feeds/<str:token>.ics",
        login_not_required(on_demand("leave.feed_views.calendar")),
        name="calendar",
    ),
    path("people/", on_demand("leave.overview_views.people"), name="people"),
    path("people/<uuid:public_id>/", on_demand("leave.overview_views.person"), name="person"),
    path(
        "people/<uuid:employee>/books/<uuid:public_id>/",
        on_demand("leave.books_views.person_books"),
        name="person-books",
    ),
    path("year/<int:year>/", on_demand("leave.year_views.show"), name="year"),
    path("ask/", on_demand("leave.ask_views.ask"), name="ask"),
    path("ask/count", on_demand("leave.ask_views.count"), name="ask-count"),
    path(
        "requests/<uuid:public_id>/", on_demand("leave.request_views.request_page"), name="request"
    ),
    path(
        "requests/<uuid:public_id>/change/",
        on_demand("leave.ask_views.change"),
        name="request-change",
    ),
    *(
        path(
            f"requests/<uuid:public_id>/{verb}",
            on_demand(f"leave.request_views.{verb.replace('-', '_')}"),
            name=f"request-{verb}",
        )
        for verb in ("withdraw", "answer", "cancel", "decide", "take-back")
    ),
    path(
        "requests/<uuid:public_id>/attachment",
        on_demand("leave.request_views.attachment"),
        name="attachment",
    ),
]
