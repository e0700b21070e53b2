"""What a browser would send: bodies that are right in all but, perhaps, who sends them.

Without them "200, the form again" would be taken for "may".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from attendance.inbox import FlaggedPunches
from attendance.models import PunchState
from companies.enums import CalendarKind
from companies.models import (
    CalendarDay,
    Department,
    Employee,
    Opening,
    OvertimePolicy,
    ScreeningQuestion,
)
from companies.once import FIELD
from companies.scoping import company_scope
from companies.templatetags import same_company
from leave.models import LeastCover, LeavePlan, LeaveType
from leave.services.runs import fingerprint_of
from portal.tickets import new_ticket
from tests.attendance.fakes import jpeg
from tests.attendance.world import at
from tests.rights.addresses import model_of, row_of
from tests.rights.stand import NOON, House, Stand

Body = dict[str, Any]
Make = Callable[[House, Employee], Body]
PASSWORD, KNOWN = "a very long new password", "correct horse battery"
PINS = {"pin1": "482913", "pin2": "482913"}
SOON = {"starts_on": "2026-03-10", "ends_on": "2026-03-12"}
REASON = {"reason": "because it was so"}
_A_GRANT = b"employee,type,amount,from\nmaya,BK,1,2026-03-01\n"
TIMES = {"came": "09:00", "left": "17:00"}


def _frame() -> SimpleUploadedFile:
    return SimpleUploadedFile("frame.jpg", jpeg(), "image/jpeg")


def _optional(house: House, person: Employee) -> Body:
    with company_scope(house.world.company):
        day = CalendarDay.objects.get(kind=CalendarKind.OPTIONAL_HOLIDAY)
    return {"holiday": str(day.public_id)}


def _flagged(house: House, person: Employee) -> Body:
    """Return what names the person's doubtful punch in the inbox."""
    with company_scope(house.world.company):
        state = PunchState.objects.select_related("punch").get(employee=person, is_flagged=True)
    return {"item": f"{FlaggedPunches.kind}:{state.punch.public_id}"}


def _worked(house: House, person: Employee) -> Body:
    with company_scope(house.world.company):
        kind = LeaveType.objects.get(code="AL")
    return {"type": str(kind.public_id), "date": "2026-02-28", "amount": "whole"}


def _attested(house: House, person: Employee) -> Body:
    return {
        "date": "2026-02-26", "starts": "09:00", "ends": "17:00", "people": str(person.public_id),
        **REASON,
    }  # fmt: skip


def _sent_report(house: House, person: Employee) -> Body:
    return {
        "name": "Roll by mail", "report": "muster-roll", "file_format": "xlsx", "when": "w0",
        "readers": str(house.people["hr"].public_id),
    }  # fmt: skip


def _leave(house: House, person: Employee) -> Body:
    with company_scope(house.world.company):
        kind = LeaveType.objects.get(code="RL")
    return {
        "type": str(kind.public_id), "first_on": "2026-03-24", "last_on": "2026-03-25",
        "note": "a wedding",
    }  # fmt: skip


def _of_a_type(**more: str) -> Make:
    """Return a body about leave that the company keeps books of."""

    def body(house: House, person: Employee) -> Body:
        with company_scope(house.world.company):
            kind = str(LeaveType.objects.get(code="BK").public_id)
        seen = f"{kind}:{more['amount']}:{more['rate']}" if "rate" in more else ""
        return {"leave_type": kind, "seen": seen, **more}

    return body


def _always(body: Body) -> Make:
    return lambda house, person: body


def _ticket() -> str:
    """Return the ticket of a public form that was shown a minute ago."""
    with time_machine.travel(at(NOON) - dt.timedelta(minutes=1), tick=False):
        return new_ticket()


def _joining(house: House, person: Employee) -> Body:
    """Return the form of a company that asks to join."""
    return {
        "company_name": "Third", "country": "NP", "size": "50", "name": "Hira",
        "email": "hira@third.example", "ticket": _ticket(),
    }  # fmt: skip


def _asking(house: House, person: Employee) -> Body:
    """Return a visitor's question."""
    return {
        "name": "Hira", "email": "hira@third.example", "question": "Is there tea?",
        "ticket": _ticket(),
    }  # fmt: skip


def _applying(house: House, person: Employee) -> Body:
    """Return an application for the opening that stands."""
    with company_scope(house.world.company):
        question = ScreeningQuestion.objects.earliest("pk")
    return {
        "name": "Hira", "email": "hira@third.example", "agrees": "on", "ticket": _ticket(),
        f"q-{question.public_id}": question.options[0],
    }  # fmt: skip


# By the name of the address; the person is whose row it is.
BODIES: dict[str, Make] = {
    "account_login": lambda house, person: {"login": person.email, "password": KNOWN},
    "leave:comp-off": _worked,
    "leave:feed-make": _always({"kind": "team"}),
    "portal:sign-in-code": lambda house, person: {
        "company": house.world.company.code, "code": person.code, "secret": KNOWN,
    },
    "portal:pin": _always({"secret": KNOWN, **PINS}),
    "portal:welcome": _always(PINS),
    "portal:security-password": _always(
        {"password": KNOWN, "password1": PASSWORD, "password2": PASSWORD}
    ),
    "portal:security-email": _always({"password": KNOWN, "email": "new@address.example"}),
    "account_reauthenticate": _always({"password": KNOWN}),
    "portal:invitation-answer": _always({"answer": "accept"}),
    "portal:slack": _always({"allows_punches": "on", "digest_at": "09:30"}),
    "portal:notices": _always({"wanted": ["leave_decided", "leave_lapsing"]}),
    "portal:delegation": lambda house, person: {
        "delegate": str(house.people["colleague"].public_id), **SOON,
    },
    "admin:companies_delegation_add": lambda house, person: {
        "giver": str(house.people["named_manager"].public_id),
        "delegate": str(house.people["colleague"].public_id), **SOON,
    },
    "admin:companies_internship_add": lambda house, person: {
        "employee": str(house.people["carded"].public_id),
        "mentor": str(house.people["named_manager"].public_id), "stipend_per": "day",
        "stipend_amount": "500", **SOON,
    },
    "admin:companies_internship_extend": _always({"ends_on": "2026-03-20", **REASON}),
    "admin:companies_internship_shorten": _always({"ends_on": "2026-03-03", **REASON}),
    "admin:companies_internship_hand_over": lambda house, person: {
        "mentor": str(house.people["colleague"].public_id), **REASON,
    },
    "admin:companies_internship_complete": _always({"remark": "Good hands."}),
    "admin:companies_internship_take_back": _always(REASON),
    "admin:attendance_certificate_revoke": _always(REASON),
    "admin:companies_reportschedule_add": _sent_report,
    "admin:companies_reportschedule_change_it": _sent_report,
    "admin:companies_employee_print_invitations": lambda house, person: {
        "people": str(house.people["carded"].public_id)
    },
    "admin:companies_companydomain_ask_domain": _always({"domain": "third.example"}),
    "admin:companies_supportgrant_give": _always(
        {"email": "o@m.example", "minutes": "60", **REASON}
    ),
    "admin:companies_supportgrant_refuse": _always(REASON),
    "admin:companies_rolegrant_invite_auditor": _always(
        {"name": "Brand new", "email": "brand@new.example", **SOON}
    ),
    "admin:companies_recordsrequest_refuse": _always(REASON),
    "admin:companies_employee_reset_sign_in": _always(REASON),
    "admin:companies_signinreset_refuse": _always(REASON),
    "portal:inbox-decide": lambda house, person: {
        **_flagged(house, person), "answer": "approve",
    },
    "portal:inbox-take-back": lambda house, person: _flagged(house, person),
    "leave:ask": _leave,
    "leave:request-answer": _always({"answer": "because it was so"}),
    "leave:request-cancel": _always(REASON),
    "leave:request-change": _leave,
    "leave:request-decide": _always({"answer": "approve"}),
    "operator:companies_company_ask_support": _always({"minutes": "60", **REASON}),
    "operator:companies_joinrequest_ask_back": _always({"question": "Who are you?"}),
    "operator:companies_joinrequest_approve": _always(
        {"code": "fourth", "zone": "Asia/Kathmandu"}
    ),
    "operator:companies_joinrequest_refuse": _always(REASON),
    "portal:join": _joining,
    "portal:careers": _asking,
    "portal:careers-opening": _asking,
    "portal:careers-apply": _applying,
    "admin:companies_opening_careers_page": _always(
        {"is_on": "on", "intro": "Tea.", "kept_months": "6"}
    ),
    "admin:companies_application_move": _always({"stage": "review", "is_shown": "on"}),
    "admin:companies_application_ask_candidate": _always({"question": "When?"}),
    "admin:companies_application_reject": _always(REASON),
    "admin:companies_application_hire": _always(
        {"name": "Hira", "email": "hira@third.example", "code": "h1", "joined_on": "2026-04-01",
         "employment_type": "employee", "stipend_per": "none"}
    ),
    "admin:companies_visitorquestion_answer": _always({"answer": "Yes."}),
    "admin:companies_visitorquestion_publish": _always(
        {"words": "Tea?", "answer": "Yes.", "position": "1"}
    ),
    "portal:password-reset": lambda house, person: {"email": person.email},
    "portal:report-file": _always({"format": "csv", "month": "2026-02"}),
    "portal:closing-lock": _always(REASON),
    "portal:closing-payroll": _always({"format": "csv"}),
    "portal:set-password": _always({"password1": PASSWORD, "password2": PASSWORD}),
    "portal:choose-company": lambda house, person: {"company": str(house.world.company.public_id)},
    "attendance:attest": _attested,
    "attendance:correction-file": _always({"time": "17:40", "note": "the bus"}),
    "attendance:correction-ask": _always({"kind": "on_duty", "note": "at the client's"}),
    "attendance:correction-cancel": _always(REASON),
    "attendance:consent": _always({"answer": "yes"}),
    "attendance:overtime-decide": _always(
        {"answer": "set", "extra": "1:00", "missing": "0", **REASON}
    ),
    "attendance:face-upload-ask": _always({"content_type": "image/jpeg", "size": "1000"}),
    "attendance:face-frame": lambda house, person: {"frame": _frame()},
    "admin:attendance_punchstate_accept": _always(REASON),
    "admin:attendance_punchstate_void": _always(REASON),
    "admin:companies_employee_set_day": _always(
        {"date": "2026-02-26", "status": "P", "worked": "8:00", **REASON}
    ),
    "admin:companies_employee_add_punch": _always({"date": "2026-02-26", **TIMES, **REASON}),
    "admin:companies_employee_cover_days": _always(
        {"kind": "on_duty", "first": "2026-02-26", **REASON}
    ),
    "admin:companies_employee_pick_holiday": _optional,
    "admin:attendance_attendanceday_add_punch": _always({"date": "2026-02-26", **TIMES, **REASON}),
    "admin:attendance_attendanceday_set_by_hand": _always(
        {"status": "P", "worked": "8:00", **REASON}
    ),
    "admin:attendance_attendanceday_skip": _always(REASON),
    "admin:attendance_attendanceday_release": _always(REASON),
    "admin:attendance_manualverdict_release": _always(REASON),
    "admin:attendance_attendanceperiod_reopen": _always(REASON),
    "admin:attendance_attendanceperiod_lock": _always({"starts_on": "2026-02-01", **REASON}),
    "admin:companies_calendarday_public_holidays": _always({"dates": ["2026-01-11"]}),
    "admin:companies_employee_leaving": _always({"last_on": "2026-12-31"}),
    "admin:companies_policyversion_logo": lambda house, person: {
        "picture": SimpleUploadedFile("logo.jpg", jpeg(), "image/jpeg")
    },
    "admin:leave_leavetype_starter": _always({"types": ["UL"]}),
    "admin:companies_employee_grant_leave": _of_a_type(
        amount="1", starts_on="2026-03-01", **REASON
    ),
    "admin:companies_employee_adjust_leave": _of_a_type(amount="-0.5", **REASON),
    "admin:companies_employee_pay_leave_out": _of_a_type(amount="1", rate="100", step="do"),
    "admin:leave_ledgerentry_due_now": _always({"fingerprint": fingerprint_of(())}),
    "admin:leave_ledgerentry_by_file": lambda house, person: {
        "kind": "grant", **REASON, "file": SimpleUploadedFile("leave.csv", _A_GRANT, "text/csv"),
    },
    "admin:leave_ledgerentry_take_back": _always(REASON),
    "admin:leave_leaveyearclose_reopen": _always(REASON),
    "admin:leave_compoffclaim_refuse": _always(REASON),
    "admin:leave_leaverequeststate_ask_back": _always(REASON),
    "admin:leave_leaverequeststate_cancel": _always(REASON),
    "admin:leave_leaverequeststate_refuse": _always(REASON),
    "operator:companies_company_add": _always(
        {"name": "Third", "code": "third", "zone": "Asia/Kathmandu", "hr_name": "Hira",
         "hr_email": "hira@third.example"}
    ),
}  # fmt: skip
# Their plain POST is their whole body: pressing the button is the answer.
BARE = {
    "leave:feed-end",
    "account_logout", "admin:logout", "operator:logout",
    "portal:own-data", "portal:closing-review",
    "attendance:holiday", "attendance:correction-withdraw", "attendance:enrol",
    "attendance:face-finish", "attendance:face-upload", "admin:companies_employee_mail_works",
    "admin:companies_employee_send_sign_in_link", "admin:companies_employee_print_invitation",
    "admin:companies_employee_clear_pin", "admin:companies_delegation_end",
    "admin:companies_invitation_take_back",
    "portal:closing-evidence",
    "admin:companies_reportschedule_switch_off", "admin:companies_reportschedule_switch_on",
    "admin:companies_employee_sign_out", "admin:companies_signinreset_confirm",
    "admin:companies_supportgrant_approve", "admin:companies_supportgrant_end",
    "admin:companies_recordsrequest_approve", "admin:companies_companydomain_remove",
    "operator:companies_supportgrant_enter", "operator:companies_supportgrant_leave",
    "operator:attendance_parkedtap_retry", "operator:companies_companydomain_confirm",
    "admin:companies_employee_delete_face_data", "portal:security-end-others",
    "admin:companies_internship_issue",
    "admin:leave_closure_book", "admin:leave_compoffclaim_approve",
    "admin:leave_leaverequeststate_approve",
    "portal:security-end-session", "portal:email-change", "portal:email-change-stop",
    "leave:request-withdraw", "leave:request-take-back",
    "portal:join-request", "portal:application", "admin:companies_application_withdraw",
    "admin:companies_opening_publish", "admin:companies_opening_close",
    "admin:companies_visitorquestion_unpublish",
    "portal:slack-connect", "portal:slack-disconnect", "portal:slack-link", "portal:slack-unlink",
    # Slack's own, which nobody here signs; the way back without a state leads away.
    "portal:slack-commands", "portal:slack-interactions", "portal:slack-events",
    "portal:slack-oauth",
    "portal:phone-forget", "portal:records-ask", "portal:records-take", "portal:delegation-end",
}  # fmt: skip
# What they take is of the moment (a code, a key's answer): tests of second steps send it.
OF_A_DEVICE = {
    "mfa_authenticate", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_edit_webauthn",
    "mfa_remove_webauthn", "mfa_generate_recovery_codes",
}  # fmt: skip
# Addresses that answer a POST as they answer a GET, or lead away: nothing is sent there.
SHOWN = {"*:index", "*:login", "*:app_list", "*:None", "*_changelist", "*_history",
         "admin:attendance_attendanceday_late_arrivals", "portal:phone-person",
         # Which year ends stands in the address; `tests/leave/admin` closes some.
         "admin:leave_leaveyearclose_close_year", "admin:leave_ledgerentry_template"}  # fmt: skip

# An overtime policy's form without a rule.
NO_RULES: Body = {
    "rules-TOTAL_FORMS": "0", "rules-INITIAL_FORMS": "0", "dating": "attendance_date",
    "approval": "none",
}  # fmt: skip
# What a new row of that kind needs beside what its empty form says.
_NEW: dict[str, Make] = {
    "opening": _always({"title": "Brand new", "kind": "employee"}),
    "shiftassignment": lambda house, person: {
        "employee": str(person.public_id), "shift": str(house.world.day_shift.public_id),
        "starts_on": "2026-07-01", "ends_on": "2026-07-02",
    },
    "calendarday": _always({"date": "2026-08-03", "kind": "holiday", "name": "Rest"}),
    "department": _always({"name": "Brand new"}),
    "employee": _always({"name": "New Person", "code": "new", "joined_on": "2026-03-02"}),
    "office": _always({"name": "Brand new", "zone": "Asia/Kathmandu", "country": "NP"}),
    "officeversion": lambda house, person: {
        "office": str(house.world.office.public_id), "starts_on": "2026-07-01",
        "zone": "Asia/Kathmandu",
    },
    "overtimepolicy": _always({"name": "Brand new", **NO_RULES}),
    "overtimepolicyversion": lambda house, person: {
        "policy": str(row_of(OvertimePolicy, house, None).public_id),
        "starts_on": "2026-07-01", **NO_RULES,
    },
    "placement": lambda house, person: {
        "employee": str(person.public_id), "starts_on": "2026-07-01",
        "office": str(house.world.office.public_id),
    },
    "policyversion": _always({"starts_on": "2026-07-01"}),
    "payrollcolumn": _always({"heading": "Staff", "place": "20", "source": "code"}),
    "rolegrant": lambda house, person: {
        "user": str(person.user.public_id if person.user else ""), "role": "manager",
        "starts_on": "2026-03-04",
    },
    "shift": _always({"name": "Brand new", "start_time": "10:00", "end_time": "18:00"}),
    "shiftversion": lambda house, person: {
        "shift": str(house.world.day_shift.public_id), "starts_on": "2026-07-01",
        "start_time": "10:00", "end_time": "18:00",
    },
}  # fmt: skip


def _company_row(model: Any) -> Any:
    """Return a maker of bodies with the company's row of that kind, and what else is sent."""

    def of(key: str, **sent: str) -> Make:
        def make(house: House, person: Employee) -> Body:
            with company_scope(house.world.company):
                row = model.objects.order_by("pk").first()
            return {key: str(row.public_id), **sent}

        return make

    return of


def _uncovered(house: House) -> str:
    """Return a department without a least cover."""
    with company_scope(house.world.company):
        covered = LeastCover.objects.values("department")
        return str(Department.objects.exclude(pk__in=covered).earliest("pk").public_id)


# What a new row of leave, and of careers, needs.
_NEW |= {
    "screeningquestion": _company_row(Opening)("opening", words="Why?", kind="text"),
    "leavetype": _always({"name": "Brand new", "code": "BN"}),
    "leavetypeversion": _company_row(LeaveType)("leave_type", starts_on="2026-07-01"),
    "leaveplan": _company_row(LeaveType)("leave_type", name="New", **{"level-0-amount": "1"}),
    # The same credits from a date on change nobody's balance: nothing has to be looked at.
    "leaveplanversion": _company_row(LeavePlan)(
        "plan", starts_on="2026-07-01", **{"level-0-amount": "1.5"}
    ),
    "planassignment": lambda house, person: {
        **_company_row(LeavePlan)("plan", starts_on="2026-07-01")(house, person),
        "employee": str(house.people["colleague"].public_id),
    },
    "reminderversion": _always({"starts_on": "2026-07-01"}),
    "blockdate": _always({"name": "Fair", "first_on": "2026-08-03", "last_on": "2026-08-04"}),
    "leastcover": lambda house, person: {"department": _uncovered(house), "people": "1"},
    "closure": _company_row(LeaveType)(
        "leave_type", name="Break", first_on="2026-08-03", last_on="2026-08-04"
    ),
}
# What is changed of a row that stands.
_CHANGED: dict[str, Body] = {
    "opening": {"title": "Brand new"},
    "screeningquestion": {"words": "Why?"},
    "shiftassignment": {"ends_on": "2026-05-03"},
    "officeversion": {"region": "Bagmati"},
    "placement": {"zone": "Asia/Kolkata"},
    "rolegrant": {"ends_on": "2026-12-31"},
    "leavetype": {"code": "ZZ"},
    "leastcover": {"people": "5"},
    "planassignment": {"ends_on": "2026-12-31"},
}


class _Form(HTMLParser):
    """Reads off a page what a browser would send of its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Body = {}
        self._select: str | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name")
        if tag == "select":
            self._select = name
        elif tag == "textarea" and name:
            self._area, self.sent[name] = name, ""
        elif tag == "option" and self._select and "selected" in found:
            self.sent[self._select] = found.get("value") or ""
        elif tag == "input" and name and self._is_sent(found):
            self.sent[name] = found.get("value") or ""

    @staticmethod
    def _is_sent(found: dict[str, str | None]) -> bool:
        kind = found.get("type")
        return kind not in ("submit", "file") and (kind != "checkbox" or "checked" in found)

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        self._select = None if tag == "select" else self._select
        self._area = None if tag == "textarea" else self._area


def shown_form(user: Any, path: str) -> Body:
    """Return the fields of the page as this person sees it, as they stand."""
    client = Client()
    client.force_login(user)
    reader = _Form()
    reader.feed(client.get(path).content.decode())
    left_out = {FIELD, same_company.FIELD, "csrfmiddlewaretoken", "theme"}
    return {name: value for name, value in reader.sent.items() if name not in left_out}


def body_for(name: str, path: str, stand: Stand, person: Employee) -> Body | None:
    """Return a body that is right for the address, or none where nothing is sent there."""
    house = stand.ours
    if name in BODIES:
        return BODIES[name](house, person)
    kind = name.rpartition("_")[2]
    model = model_of(name)
    if model is None or kind not in ("add", "change", "delete"):
        return None
    if kind == "delete":
        return {"post": "yes"}
    label = str(model._meta.model_name)
    seen_by = house.users["company_admin"] if name.startswith("admin:") else stand.operator
    body = shown_form(seen_by, path)
    if kind == "add":
        return body | _NEW[label](house, person) if label in _NEW else {"name": "Forged"}
    changed = _CHANGED.get(label, {})
    return body | (changed or {"name": f"{body.get('name', '')} anew"})
