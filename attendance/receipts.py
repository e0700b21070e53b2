"""What was deleted of a person's face, in words: for the page, the mail and the own file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from attendance.enums import ErasureReason
from attendance.models import FaceErasure
from companies.models import Employee


@dataclass(frozen=True)
class Receipt:
    """One erasure as its person reads it; `rest` is what is still to be deleted, if anything."""

    title: str
    deleted: list[str]
    rest: str
    finished: str


def erasures(employees: QuerySet[Employee]) -> QuerySet[FaceErasure]:
    """Return the erasures of these engagements, newest first, with what is left of each."""
    rows: QuerySet[FaceErasure] = (
        FaceErasure.objects.filter(employee__in=employees)
        .select_related("receipt", "employee")
        .annotate(left=Count("files", distinct=True), faces_left=Count("faces", distinct=True))
        .order_by("-id")
    )
    return rows


def counts_words(counts: dict[str, int]) -> list[str]:
    """Return what was deleted, a line a store."""
    words = {
        "templates": ngettext_lazy("%(count)d face template", "%(count)d face templates", "count"),
        "uploads": ngettext_lazy("%(count)d photo sent", "%(count)d photos sent", "count"),
        "references": ngettext_lazy(
            "%(count)d reference picture", "%(count)d reference pictures", "count"
        ),
        "pictures": ngettext_lazy(
            "%(count)d picture of a check-in", "%(count)d pictures of check-ins", "count"
        ),
        "likenesses": ngettext_lazy(
            "%(count)d figure of how alike the faces were",
            "%(count)d figures of how alike the faces were",
            "count",
        ),
        "poses": ngettext_lazy(
            "%(count)d figure of where a head pointed", "%(count)d figures of where a head pointed",
            "count",
        ),
    }  # fmt: skip
    return [str(words[name] % {"count": count}) for name, count in counts.items()]


def moment(instant: dt.datetime, zone: str) -> str:
    """Return an instant as its clocks showed it: "Mon 2 March 2026, 09:04"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{date_format(local, 'D j F Y')}, {local:%H:%M}"


def title(erasure: FaceErasure, zone: str) -> str:
    """Return what happened and when."""
    when = {"when": moment(erasure.asked_at, zone)}
    if erasure.reason == ErasureReason.WITHDRAWN:
        return _("You withdrew your consent on %(when)s") % when
    if erasure.reason == ErasureReason.LEFT:
        return _("Your work here ended; deleted on %(when)s") % when
    return _("HR deleted your face data on %(when)s") % when


def rest_words(files: int, faces: int) -> str:
    """Return what is still to be deleted and who sees to it, "" when nothing is."""
    return " ".join(filter(None, (_files_words(files), _faces_words(faces))))


def _files_words(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)d file could not be deleted yet. We try again every five minutes; nobody can "
        "open it meanwhile.",
        "%(count)d files could not be deleted yet. We try again every five minutes; nobody can "
        "open them meanwhile.",
        count,
    ) % {"count": count}


def _faces_words(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "The face service has not deleted %(count)d face yet. We tell it again every five minutes; "
        "it is compared with nobody meanwhile.",
        "The face service has not deleted %(count)d faces yet. We tell it again every five "
        "minutes; they are compared with nobody meanwhile.",
        count,
    ) % {"count": count}


def receipt(erasure: FaceErasure, zone: str) -> Receipt:
    """Return one row of `erasures` in words."""
    done = getattr(erasure, "receipt", None)
    finished = ""
    if done is not None:
        finished = _("All of it was gone on %(when)s.") % {"when": moment(done.finished_at, zone)}
    return Receipt(
        title=title(erasure, zone),
        deleted=counts_words(erasure.counts),
        rest=rest_words(erasure.left, erasure.faces_left),
        finished=finished,
    )
