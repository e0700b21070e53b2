"""The product's addresses and a bare view: who is signed in, and one row.

The row is written by plain SQL and no form is read, no CSRF token looked at: less cannot be done
by a view that stands where all views of this project stand.
"""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

BARE = "/bare"
TABLE = "benchmark_row"
_MAKE_TABLE = (
    f"CREATE TABLE {TABLE} (id bigserial PRIMARY KEY, "
    "user_id bigint NOT NULL REFERENCES companies_user (id), at timestamptz NOT NULL)"
)


def make_table() -> None:
    """Make the table that the bare view writes to."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_TABLE)


@csrf_exempt
def bare(request: HttpRequest) -> JsonResponse:
    """Write one row for whoever the session says is signed in."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} (user_id, at) VALUES (%s, %s) RETURNING id",
            [request.user.pk, timezone.now()],
        )
        (row,) = cursor.fetchone()
    return JsonResponse({"id": row}, status=201)


urlpatterns = [path(BARE.lstrip("/"), bare), path("", include("portal.urls"))]
