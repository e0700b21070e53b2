"""Pages of the employee: today, the month, a day, and the face enrolment."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attendance import (
    consent_text,
    correction_pages,
    enrol_pages,
    holiday_pages,
    overtime_pages,
    pages,
    passes,
    permissions,
    pin_pages,
    receipts,
    wording,
)
from attendance.errors import TimeUnreadable
from attendance.fields import has_neighbours
from attendance.models import CorrectionRequest, FaceErasure
from attendance.selectors import holidays, months, overtime
from attendance.selectors.corrections import of_date
from attendance.selectors.flagged import needs_new_reference
from attendance.selectors.months import MonthDay
from attendance.selectors.people import calendar_of
from attendance.selectors.settings import company_settings
from attendance.selectors.today import today as today_of
from attendance.services import corrections, enrolment
from attendance.services.holidays import holiday_pick, holiday_unpick
from companies import throttle
from companies.actor import Actor
from companies.errors import MusterError, TooMany
from companies.models import CalendarDay, Employee
from companies.once import once
from companies.selectors import has_pin
from integrations import photos

FRAMES_A_MINUTE = 240


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _employee(request: HttpRequest) -> Employee:
    """Return whose pages these are; who works nowhere (a pure HR account) has none."""
    employee = actor_of(request).employee
    if employee is None:
        raise Http404
    return employee


def typed(request: HttpRequest, name: str) -> str:
    """Return what was typed into a field; a zero byte, which no database keeps, nobody types."""
    text = request.POST.get(name, "")
    if "\0" in text:
        raise BadRequest("a zero byte in a form")
    return text


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if actor.company is None:
        return redirect("portal:choose-company")
    if actor.employee is None:
        return redirect("portal:me")
    now = timezone.now()
    present = today_of(employee=actor.employee, now=now)
    is_enrolled = enrolment.is_enrolled(actor.employee)
    context = pages.today_context(
        present,
        has_pin=present.needs_check and has_pin(actor.employee),
        consent=pages.consent_state(enrolment.latest_consent(actor.employee)),
        is_enrolled=is_enrolled,
        now=now,
    )
    context["new_reference"] = is_enrolled and needs_new_reference(actor.employee)
    context["problem"] = pages.problem_sentence(request.GET.get("problem", ""))
    context["said"] = pin_pages.taken(present) if request.GET.get("said") == "pin" else None
    context["tap_id"] = uuid.uuid4()
    return render(request, "attendance/today.html", context)


@require_GET
def punch_pass(request: HttpRequest) -> HttpResponse:
    """Answer a fresh pass to an open page; also after the old one has run out."""
    present = today_of(employee=_employee(request), now=timezone.now())
    consent = pages.consent_state(enrolment.latest_consent(present.employee))
    return JsonResponse(
        {
            "pass": passes.issue(present.claim(has_consent=consent in pages.AGREED)),
            "action_key": present.action_key,
            "direction": present.direction.value,
            "label": wording.action(present.direction),
            "other": pages.other_action(present),
        }
    )


def date_of(employee: Employee, now: dt.datetime) -> dt.date:
    """Return the date where the person is: in Kathmandu a month begins before UTC's."""
    near = now - dt.timedelta(days=1), now + dt.timedelta(days=1)
    return calendar_of(employee, *(instant.date() for instant in near)).date_at(now)


def known_date(date: dt.date) -> dt.date:
    """Return the date if a calendar page can be made of it: months have neighbours."""
    if not has_neighbours(date):
        raise Http404
    return date


def asked_month(request: HttpRequest, today: Callable[[], dt.date]) -> dt.date:
    """Return the first of the asked month; of the present one, where none was asked for."""
    text = request.GET.get("m", "")
    try:
        month = dt.date.fromisoformat(f"{text}-01") if text else today()
    except ValueError as error:
        raise Http404 from error
    return known_date(month.replace(day=1))


@require_GET
def month(request: HttpRequest) -> HttpResponse:
    employee, now = _employee(request), timezone.now()
    first = asked_month(request, partial(date_of, employee, now))
    found = months.month(employee=employee, first=first, now=now)
    extra = overtime.of_month(employee, first, found.days[-1].date)
    context = pages.month_context(found, overtime=extra)
    context["holiday_years"] = _holiday_years(employee, found)
    return render(request, "attendance/month.html", context)


def _holiday_years(employee: Employee, shown: months.Month) -> list[dict[str, Any]]:
    """Return the optional holidays of the year shown; of the present one, with the next."""
    if not holidays.are_offered(employee.company):
        return []
    years = [shown.first.year]
    if shown.first.year == shown.today.year:
        years.append(shown.first.year + 1)
    found = [holidays.year_of(employee=employee, year=y, now=timezone.now()) for y in years]
    return [holiday_pages.holiday_year(year) for year in found if year.offers]


@require_POST
def holiday(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Pick an optional holiday, or give it back; doing either twice is doing it once."""
    employee = _employee(request)
    offered = get_object_or_404(CalendarDay, public_id=public_id)
    change = holiday_unpick if "give_back" in request.POST else holiday_pick
    try:
        change(employee=employee, calendar_day=offered, by=actor_of(request))
    except MusterError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('attendance:month')}#holidays")


@require_POST
@once
def correction_file(request: HttpRequest, date: dt.date) -> HttpResponse:
    """Take the answer to "when did you leave?"."""
    _employee(request)
    try:
        filed = corrections.correction_file(
            date=known_date(date),
            time=_time(typed(request, "time")),
            note=typed(request, "note"),
            by=actor_of(request),
        )
    except MusterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, correction_pages.filed_text(filed))
    return _back(request, date)


def _time(text: str) -> dt.time:
    try:
        return dt.time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise TimeUnreadable from error


def _back(request: HttpRequest, date: dt.date) -> HttpResponse:
    """Return to the page whose form it was."""
    if request.POST.get("back") == "today":
        return redirect("attendance:today")
    if request.POST.get("back") == "corrections":
        return redirect("attendance:corrections")
    return redirect("attendance:day", date)


@require_POST
@once
def correction_withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take one's own request back."""
    own = CorrectionRequest.objects.filter(employee=_employee(request))
    found = get_object_or_404(own.select_related("employee__company"), public_id=public_id)
    try:
        corrections.correction_withdraw(request=found, by=actor_of(request))
    except MusterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back."))
    return _back(request, found.date)


@require_GET
def day(request: HttpRequest, date: dt.date) -> HttpResponse:
    employee = _employee(request)
    found = months.month(
        employee=employee, first=known_date(date).replace(day=1), now=timezone.now()
    )
    context = pages.day_context(
        found.days[date.day - 1],
        months.punches_of_day(employee, date),
        asked=list(of_date(employee.pk, date)),
        may_see=partial(permissions.can_view_frame, actor_of(request)),
        overtime=overtime_card(employee, found.days[date.day - 1]),
    )
    return render(request, "attendance/day.html", context)


def overtime_card(
    employee: Employee, shown: MonthDay, *, actor: Actor | None = None
) -> dict[str, Any] | None:
    """Return the card of extra minutes; with an actor it is somebody else's day, to decide."""
    if not company_settings(employee.company).overtime:
        return None
    row = overtime.overtime_on(employee, shown.date)
    decisions = overtime.decisions_of(employee, shown.date)
    on = timezone.now().date()
    return overtime_pages.day_card(
        row,
        decisions,
        date=shown.date,
        zone=shown.row.zone if shown.row else company_settings(employee.company).policy_on(on).zone,
        person=employee if actor is not None else None,
        can_decide=actor is not None and permissions.can_decide_overtime(actor, employee, on),
    )


@require_http_methods(["GET", "POST"])
@once
def consent(request: HttpRequest) -> HttpResponse:
    """Show the consent text; record the answer."""
    employee = _employee(request)
    if request.method == "POST":
        answer = request.POST.get("answer")
        if answer not in ("yes", "no"):
            messages.error(request, _("Please choose one of the two answers."))
            return redirect("attendance:consent")
        now = timezone.now()
        given = enrolment.consent_answer(by=actor_of(request), is_given=answer == "yes", now=now)
        if given.is_given:
            return redirect("attendance:enrol")
        if FaceErasure.objects.filter(employee=employee, asked_at=now).exists():
            return redirect("attendance:erasures")
        messages.success(request, _("Noted: no pictures are taken. You check in without one."))
        return redirect("attendance:today")
    context = {
        "version": consent_text.version(),
        "paragraphs": consent_text.paragraphs(),
        "answer": pages.consent_state(enrolment.latest_consent(employee)),
    }
    return render(request, "attendance/consent.html", context)


@require_GET
def erasures(request: HttpRequest) -> HttpResponse:
    """Show what was deleted of the person's face, and what is still to be deleted."""
    employee, now = _employee(request), timezone.now()
    own = Employee.objects.filter(user=employee.user_id) | Employee.objects.filter(pk=employee.pk)
    zone = today_of(employee=employee, now=now).zone
    rows = [receipts.receipt(row, zone) for row in receipts.erasures(own)]
    return render(request, "attendance/erasures.html", {"receipts": rows})


@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Show the guided capture; a POST begins a fresh one."""
    _employee(request)
    if request.method == "POST":
        try:
            enrolment.enrolment_start(by=actor_of(request), now=timezone.now())
        except MusterError as error:
            return JsonResponse({"title": str(error), "code": error.code}, status=error.status)
        return JsonResponse({"kept": 0, "needed": enrolment.FRAMES_NEEDED})
    answer = enrolment.latest_consent(_employee(request))
    if answer is None or not answer.is_given or answer.text_version != consent_text.version():
        return redirect("attendance:consent")
    return render(
        request,
        "attendance/enrol.html",
        {"needed": enrolment.FRAMES_NEEDED, "words": enrol_pages.enrol_words()},
    )


@require_POST
def face_frame(request: HttpRequest) -> HttpResponse:
    """Take one frame of the capture and say what to do next."""
    employee = _employee(request)
    try:
        if not throttle.hit(f"face:{employee.public_id}", limit=FRAMES_A_MINUTE, seconds=60):
            raise TooMany
        frame = request.FILES.get("frame")
        # One byte too many is enough to know; no file of gigabytes comes into memory.
        data = frame.read(photos.MOST_BYTES + 1) if frame else b""
        kept = enrolment.frame_add(by=actor_of(request), frame=data)
    except MusterError as error:
        return JsonResponse({"title": str(error), "code": error.code}, status=error.status)
    return JsonResponse(enrol_pages.kept_answer(kept))


@require_POST
@once
def face_finish(request: HttpRequest) -> HttpResponse:
    _employee(request)
    try:
        enrolment.enrolment_finish(by=actor_of(request), now=timezone.now())
    except MusterError as error:
        messages.error(request, str(error))
        return redirect("attendance:enrol")
    messages.success(request, _("Done. From now on your face is compared when you check in."))
    return redirect("attendance:today")
