"""Every address × who asks: what they get. A new address without a row fails.

Rows of a company are Maya's. Those who ask: somebody not signed in; Bikram, her colleague; the HR
of another company; Maya herself after she has left; and an operator of the platform. What HR does
in the own company is tested in `tests/admin`; here is what must not open. The door of punches
stands before all addresses (`tests/attendance/test_door.py`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from attendance.enums import CorrectionKind
from attendance.models import CorrectionRequest, FaceEnrolment, ParkedTap, PunchFrame
from companies import links, services
from companies.actor import job_actor
from companies.models import Delegation, Employee, JobRun, RecordsRequest, User
from companies.once import FIELD
from companies.scoping import company_scope, no_scope
from integrations import faces
from leave.models import LeaveRequest
from portal.admin_sites import hr_site, operator_site
from tests.admin.conftest import NOON, fill
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import ZONE, World, at, make_world

IN, HERE = "302 /sign-in/", "302 /companies/"
# What an address answers to: nobody, a colleague, HR elsewhere, who left, an operator.
Row = tuple[str, str, str, str, str]
ADMIN_IN, OPERATOR_IN = "302 /admin/login/", "302 /operator/login/"
NO_POST: Row = (IN, "405", "405", "405", "405")
OWN: Row = (IN, "200", "200", "404", "404")
TEAM: Row = (IN, "404", "200", "404", "404")
NOT_MINE: Row = (IN, "404", "404", "404", "404")
MINE: Row = (IN, *["200"] * 4)
UNKNOWN: Row = (IN, *["404"] * 4)
# The operator of this test has no password yet, so there is nothing to show again.
_SHOW_AGAIN = (IN, *["302 /me/again/"] * 3)
AGAIN: Row = (*_SHOW_AGAIN, "200")
NO_KEY: Row = (*_SHOW_AGAIN, "404")
ELSEWHERE: Row = (*_SHOW_AGAIN, "403")
PROVES: Row = (IN, *["200"] * 3, "403")
OPEN: Row = ("200",) * 5
CLOSED: Row = ("405",) * 5
HR_LIST: Row = (IN, "403", "200", "403", "403")
HR_ROW: Row = (IN, "403", "302 /admin/", "403", "403")
HR_NEVER: Row = (IN, "403", "403", "403", "403")
PLATFORM: Row = (IN, "403", "403", "403", "200")
COMPANYS: Row = (IN, "403", "403", "403", "302 /operator/")  # a company's event, as if none
PLATFORM_NEVER: Row = (IN, "403", "403", "403", "403")


def _site(inside: str, *, of: str = ADMIN_IN) -> Row:
    """Return a row of a site's own small pages, which lead to its own sign-in."""
    hr, operator = ("403", inside) if of == OPERATOR_IN else (inside, "403")
    return (of, "403", hr, "403", operator)


# name of the address: (what GET answers, what POST answers)
TABLE: dict[str, tuple[Row, Row]] = {
    # what everybody may see
    "account_login": (("200", *["302 /"] * 4), ("200", *["302 /"] * 4)),
    "portal:password-reset": (OPEN, OPEN),
    "portal:set-password": (OPEN, OPEN),
    # coming in
    "portal:sign-in-code": (("200", *["302 /"] * 4), ("200", *["302 /"] * 4)),
    "portal:phone": (("302 /sign-in/code/", *["302 /"] * 4), CLOSED),
    "portal:phone-forget": (CLOSED, ("302 /sign-in/code/",) * 5),
    "portal:phone-person": (("404",) * 5, ("404",) * 5),
    # no user pool here
    "portal:pool-sign-in": (CLOSED, ("404",) * 5),
    "portal:pool-callback": (("404",) * 5, CLOSED),
    "portal:pool-again": (UNKNOWN, NO_POST),
    "portal:pin": (OWN, OWN),
    "portal:welcome": (("410",) * 5, ("410",) * 5),
    "portal:invitations": ((IN, "200", "200", "200", "200"), NO_POST),
    "portal:invitation-answer": (NO_POST, (IN, "404", "404", "404", "404")),
    "admin:companies_employee_print_invitations": (HR_LIST, HR_LIST),
    "admin:companies_employee_print_invitation": (HR_ROW, HR_ROW),
    "admin:companies_employee_clear_pin": (HR_ROW, HR_ROW),
    "portal:styleguide": (OPEN, CLOSED),
    "portal:healthz": (OPEN, CLOSED),
    "portal:favicon": (("302 /static/muster/icons/favicon.svg",) * 5, CLOSED),
    "portal:dev-mail": (("404",) * 5, CLOSED),  # no demo
    # a person's own
    "account_logout": (NO_POST, (IN,) * 5),
    "attendance:today": ((IN, "200", "200", HERE, HERE), NO_POST),
    "portal:me": ((IN, "200", "200", HERE, HERE), NO_POST),
    "portal:own-data": (NO_POST, (IN, "200", "200", "404", "404")),
    "portal:choose-company": (
        (IN, "200", "200", "302 /former/", "302 /operator/"),
        (IN, "404", "404", "302 /former/", "302 /operator/"),
    ),
    "attendance:punch-pass": (OWN, NO_POST),
    "attendance:month": (OWN, NO_POST),
    "attendance:day": (OWN, NO_POST),
    "attendance:holiday": (NO_POST, (IN, "404", "404", "404", "404")),
    "attendance:photo": ((IN, "404", "404", "404", "404"), NO_POST),
    "attendance:consent": (
        OWN, (IN, "302 /face/consent/", "302 /face/consent/", "404", "404"),
    ),
    "attendance:erasures": (OWN, NO_POST),
    "attendance:pin": (NOT_MINE, NO_POST),
    "attendance:enrol": (
        (IN, "302 /face/consent/", "302 /face/consent/", "404", "404"),
        (IN, "409", "409", "404", "404"),
    ),
    "attendance:face-frame": (NO_POST, (IN, "409", "409", "404", "404")),
    "attendance:face-upload-ask": (NO_POST, (IN, "415", "415", "404", "404")),
    "attendance:face-upload": ((IN, "404", "404", "404", "404"), (IN, "404", "404", "404", "404")),
    "attendance:face-finish": (
        NO_POST, (IN, "302 /face/enrol/", "302 /face/enrol/", "404", "404"),
    ),
    "attendance:correction-file": (
        NO_POST, (IN, "302 /day/2026-03-02/", "302 /day/2026-03-02/", "404", "404"),
    ),
    "attendance:correction-ask": (OWN, OWN),
    "attendance:corrections": (OWN, NO_POST),
    "attendance:correction-cancel": (NO_POST, NOT_MINE),
    "attendance:correction-withdraw": (NO_POST, (IN, "404", "404", "404", "404")),
    "attendance:overtime-decide": (NO_POST, NOT_MINE),
    # leave: a person's own; a colleague finds none of another's
    "leave:ask": (OWN, OWN),
    "leave:ask-count": (OWN, NO_POST),
    "leave:request": (NOT_MINE, NO_POST),
    "leave:request-change": (NOT_MINE, NOT_MINE),
    "leave:request-withdraw": (NO_POST, NOT_MINE),
    "leave:request-answer": (NO_POST, NOT_MINE),
    "leave:request-cancel": (NO_POST, NOT_MINE),
    "leave:request-decide": (NO_POST, NOT_MINE),
    "leave:request-take-back": (NO_POST, NOT_MINE),
    "leave:attachment": (NOT_MINE, NO_POST),
    # leave: a person's own, the people one answers for, and calendars by their address alone
    "leave:overview": (OWN, NO_POST),
    "leave:books": (NOT_MINE, NO_POST),
    "leave:comp-off": (OWN, UNKNOWN),
    "leave:feeds": (OWN, NO_POST),
    "leave:feed-make": (NO_POST, UNKNOWN),
    "leave:feed-end": (NO_POST, UNKNOWN),
    "leave:calendar": (("404",) * 5, CLOSED),
    "leave:people": (TEAM, NO_POST),
    "leave:person*": (NOT_MINE, NO_POST),
    "leave:year": (OWN, NO_POST),
    # signing in safely: a person's own; for who has no second step, or no link, there is none
    "mfa_authenticate": ((IN, *["302 /"] * 4), (IN, *["302 /"] * 4)),
    "mfa_login_webauthn": ((IN, *["302 /"] * 4), (IN, *["302 /"] * 4)),
    "account_reauthenticate": (PROVES, PROVES),
    "mfa_reauthenticate": (ELSEWHERE, ELSEWHERE),
    "mfa_reauthenticate_webauthn": (ELSEWHERE, ELSEWHERE),
    "mfa_activate_totp": (AGAIN, AGAIN),
    "mfa_deactivate_totp": (UNKNOWN, UNKNOWN),
    "mfa_add_webauthn": (AGAIN, AGAIN),
    "mfa_edit_webauthn": (NO_KEY, NO_KEY),
    "mfa_remove_webauthn": (NO_KEY, NO_KEY),
    "mfa_view_recovery_codes": (UNKNOWN, NO_POST),
    "mfa_generate_recovery_codes": (AGAIN, AGAIN),
    "portal:security": (MINE, NO_POST),
    "portal:security-password": (MINE, MINE),
    "portal:security-email": (MINE, MINE),
    "portal:security-end-others": (NO_POST, (IN, *["302 /me/security/"] * 4)),
    "portal:security-end-session": (NO_POST, UNKNOWN),
    "portal:email-change*": (("410",) * 5, ("410",) * 5),
    # those of whoever answers for others: HR elsewhere does, but not for Maya
    "attendance:team": (TEAM, NO_POST),
    "attendance:team-month": (TEAM, NO_POST),
    "attendance:attest": (TEAM, TEAM),
    "attendance:team-[dp]*": (NOT_MINE, NO_POST),
    # reports: of whoever answers for others, and of auditors; closing: of HR and of auditors
    "portal:roll": (TEAM, NO_POST),
    "portal:reports": (TEAM, NO_POST),
    "portal:report": (TEAM, NO_POST),
    "portal:export*": (NOT_MINE, NO_POST),
    "portal:report-file": (NO_POST, NOT_MINE),  # nothing is named that a file could be
    "portal:closing": (TEAM, NO_POST),
    "portal:closing-month": (TEAM, NO_POST),
    "portal:closing-[lr]*": (NO_POST, (IN, "404", "302 /reports/closing/2026-02/", "404", "404")),
    "portal:closing-payroll": (NO_POST, NOT_MINE),  # nothing is locked there
    "portal:payable-why": (NOT_MINE, NO_POST),
    # delegation: of whoever answers for others
    "portal:delegation": (TEAM, TEAM),
    "portal:delegation-end": (NO_POST, NOT_MINE),
    "admin:companies_delegation_add": (HR_LIST, HR_LIST),
    "admin:companies_delegation_change": (HR_ROW, HR_NEVER),
    "admin:companies_delegation_delete": (HR_NEVER, HR_NEVER),
    "admin:companies_delegation_end": (HR_ROW, HR_ROW),
    # of whoever has left, and of operators who are let in
    "portal:former": (
        (IN, HERE, HERE, "200", HERE), NO_POST,
    ),
    "portal:records-ask": (NO_POST, (IN, "404", "404", "302 /former/", "404")),
    "portal:records-take": (NO_POST, (IN, "404", "404", "302 /former/", "404")),
    "admin:companies_supportgrant_give": (HR_LIST, HR_LIST),
    "admin:companies_supportgrant_[ar]*e": (HR_ROW, HR_ROW),
    "admin:companies_supportgrant_end": (HR_ROW, HR_ROW),
    "admin:companies_companydomain_ask_domain": (HR_LIST, HR_LIST),
    "admin:companies_companydomain_remove": (HR_ROW, HR_ROW),
    "operator:companies_companydomain_confirm": (
        PLATFORM, (IN, "403", "403", "403", "302 /operator/companies/companydomain/"),
    ),
    "operator:companies_companydomain_add": (PLATFORM_NEVER, PLATFORM_NEVER),
    "admin:companies_recordsrequest_[ar]*e": (HR_ROW, HR_ROW),
    "operator:companies_company_ask_support": (PLATFORM, PLATFORM),
    "operator:companies_supportgrant_[ehl]*": (COMPANYS, COMPANYS),
    "operator:companies_supportgrant_change": (COMPANYS, PLATFORM_NEVER),
    "operator:companies_supportgrant_add": (PLATFORM_NEVER, PLATFORM_NEVER),
    "attendance:reference": (NOT_MINE, NO_POST),
    "portal:inbox": (TEAM, NO_POST),
    "portal:inbox-decide": (NO_POST, (IN, "404", "302 /inbox/", "404", "404")),
    "portal:inbox-take-back": (NO_POST, (IN, "404", "302 /inbox/", "404", "404")),
    "portal:looks": (OWN, NO_POST),
    "portal:notices": (OWN, (IN, *["302 /me/notices/"] * 2, "404", "404")),
    # HR's site
    "admin:index": (_site("200"), _site("200")),
    "admin:login": (HR_ROW, HR_ROW),
    "admin:logout": (_site(IN), _site(IN)),
    "admin:autocomplete": (_site("403"), _site("405")),
    "admin:jsi18n": (_site("200"), _site("405")),
    "admin:app_list": (_site("302 /admin/"), _site("302 /admin/")),
    "admin:None": (_site("404"), _site("404")),
    "admin:*_changelist": (HR_LIST, HR_LIST),
    "admin:*_history": (HR_ROW, HR_ROW),
    "admin:companies_employee_send_sign_in_link": (HR_ROW, HR_ROW),
    "admin:companies_employee_sign_out": (HR_ROW, HR_ROW),
    "admin:companies_employee_reset_sign_in": (HR_ROW, HR_ROW),
    "admin:companies_signinreset_confirm": (HR_ROW, HR_ROW),
    "admin:companies_signinreset_refuse": (HR_ROW, HR_ROW),
    "admin:attendance_punchstate_[av][co]*": (HR_ROW, HR_ROW),
    "admin:companies_employee_set_day": (HR_ROW, HR_ROW),
    "admin:companies_employee_pick_holiday": (HR_ROW, HR_ROW),
    "admin:companies_employee_add_punch": (HR_ROW, HR_ROW),
    "admin:companies_employee_cover_days": (HR_ROW, HR_ROW),
    "admin:companies_employee_delete_face_data": (HR_ROW, HR_ROW),
    "admin:companies_employee_mail_works": (HR_ROW, HR_ROW),
    "admin:attendance_attendanceday_add_punch": (HR_ROW, HR_ROW),
    "admin:attendance_attendanceday_recompute": (HR_LIST, HR_LIST),
    "admin:attendance_attendanceday_set_by_hand": (HR_ROW, HR_ROW),
    "admin:attendance_attendanceday_skip": (HR_ROW, HR_ROW),
    "admin:attendance_attendanceday_release": (HR_ROW, HR_ROW),
    "admin:attendance_manualverdict_release": (HR_ROW, HR_ROW),
    "admin:attendance_attendanceperiod_reopen": (HR_ROW, HR_ROW),
    "admin:attendance_attendanceday_late_arrivals": (HR_LIST, HR_LIST),
    "admin:attendance_attendanceperiod_lock": (HR_LIST, HR_LIST),
    "admin:companies_calendarday_public_holidays": (HR_LIST, HR_LIST),
    "admin:leave_leavetype_starter": (HR_LIST, HR_LIST),
    "admin:companies_employee_grant_leave": (HR_ROW, HR_ROW),
    "admin:companies_employee_adjust_leave": (HR_ROW, HR_ROW),
    "admin:companies_employee_pay_leave_out": (HR_ROW, HR_ROW),
    "admin:leave_ledgerentry_due_now": (HR_LIST, HR_LIST),
    "admin:leave_ledgerentry_by_file": (HR_LIST, HR_LIST),
    "admin:leave_ledgerentry_template": (HR_LIST, HR_LIST),
    "admin:leave_ledgerentry_take_back": (HR_ROW, HR_ROW),
    "admin:leave_leaveyearclose_close_year": (HR_LIST, HR_LIST),
    "admin:leave_leaveyearclose_reopen": (HR_ROW, HR_ROW),
    "admin:companies_employee_put_on_plan": (HR_LIST, HR_LIST),
    "admin:leave_closure_book": (HR_ROW, HR_ROW),
    "admin:leave_compoffclaim_[ar]*e": (HR_ROW, HR_ROW),
    "admin:leave_leaverequeststate_approve": (HR_ROW, HR_ROW),
    "admin:leave_leaverequeststate_ask_back": (HR_ROW, HR_ROW),
    "admin:leave_leaverequeststate_cancel": (HR_ROW, HR_ROW),
    "admin:leave_leaverequeststate_refuse": (HR_ROW, HR_ROW),
    # the platform's site
    "operator:index": (_site("200", of=OPERATOR_IN), _site("200", of=OPERATOR_IN)),
    "operator:login": (
        (IN, "403", "403", "403", "302 /operator/"), (IN, "403", "403", "403", "302 /operator/"),
    ),
    "operator:logout": (_site(IN, of=OPERATOR_IN), _site(IN, of=OPERATOR_IN)),
    "operator:autocomplete": (_site("403", of=OPERATOR_IN), _site("405", of=OPERATOR_IN)),
    "operator:jsi18n": (_site("200", of=OPERATOR_IN), _site("405", of=OPERATOR_IN)),
    "operator:app_list": (
        _site("302 /operator/", of=OPERATOR_IN), _site("302 /operator/", of=OPERATOR_IN),
    ),
    "operator:None": (_site("404", of=OPERATOR_IN), _site("404", of=OPERATOR_IN)),
    "operator:*_changelist": (PLATFORM, PLATFORM),
    "operator:companies_auditevent_history": (COMPANYS, COMPANYS),
    "operator:companies_auditevent_change": (COMPANYS, PLATFORM_NEVER),
    "operator:*_delete": (PLATFORM_NEVER, PLATFORM_NEVER),
    "operator:companies_company_add": (PLATFORM, PLATFORM),
    "operator:companies_auditevent_add": (PLATFORM_NEVER, PLATFORM_NEVER),
    "operator:attendance_parkedtap_add": (PLATFORM_NEVER, PLATFORM_NEVER),
    "operator:attendance_parkedtap_retry": (PLATFORM, PLATFORM),
    "operator:companies_jobrun_add": (PLATFORM_NEVER, PLATFORM_NEVER),
    "operator:companies_operatorgrant_add": (PLATFORM_NEVER, PLATFORM_NEVER),
}  # fmt: skip

for _name in (
    "attendance_parkedtap", "companies_company", "companies_companydomain", "companies_jobrun",
    "companies_operatorgrant",
):  # fmt: skip
    TABLE[f"operator:{_name}_history"] = (PLATFORM, PLATFORM)
    TABLE[f"operator:{_name}_change"] = (PLATFORM, PLATFORM_NEVER)

# HR's records are added, changed and deleted; settings only added; the rest is read.
RECORDS = (
    "attendance_shiftassignment", "companies_calendarday", "companies_department",
    "companies_employee", "companies_office", "companies_officeversion",
    "companies_overtimepolicy", "companies_placement", "attendance_payrollcolumn",
    "companies_rolegrant", "companies_shift",
    "leave_blockdate", "leave_closure", "leave_leastcover",
)  # fmt: skip
# Changed, and never deleted: what was earned by it stands on it.
KEPT = ("leave_leaveplan", "leave_leavetype", "leave_planassignment")
SETTINGS = (
    "companies_overtimepolicyversion", "companies_policyversion", "companies_shiftversion",
    "leave_leaveplanversion", "leave_leavetypeversion", "leave_reminderversion",
)  # fmt: skip
READ = (
    "attendance_attendanceday", "attendance_attendanceperiod", "attendance_daymark",
    "attendance_faceconsent", "attendance_faceenrolment", "attendance_manualverdict",
    "attendance_overtimeday", "attendance_punchstate",
    "companies_auditevent", "companies_companydomain", "companies_look", "companies_outboxmessage",
    "companies_recordsrequest", "companies_signinreset", "companies_supportgrant",
    "leave_leaveyearclose", "leave_ledgerentry",
    "leave_compoffclaim", "leave_leaverequeststate",
)  # fmt: skip
for _name in (*RECORDS, *KEPT, *SETTINGS, *READ):
    TABLE[f"admin:{_name}_add"] = (HR_NEVER, HR_NEVER) if _name in READ else (HR_LIST, HR_LIST)
    _kept = HR_ROW if _name in RECORDS else HR_NEVER
    TABLE[f"admin:{_name}_change"] = (HR_ROW, HR_ROW if _name in KEPT else _kept)
    TABLE[f"admin:{_name}_delete"] = (_kept, _kept)


def _leaves(patterns: Any, names: str = "") -> Iterator[tuple[str, URLPattern]]:
    for item in patterns:
        if isinstance(item, URLResolver):
            yield from _leaves(
                item.url_patterns, names + f"{item.namespace}:" * bool(item.namespace)
            )
        else:
            yield f"{names}{item.name}", item


LEAVES = dict(_leaves(get_resolver().url_patterns))


@dataclass
class Stand:
    """The company that is asked for, and the people who ask."""

    world: World
    other: World
    operator: User

    def row_id(self, site: Any, label: str) -> str:
        model = next(m for m in site._registry if m._meta.label_lower.replace(".", "_") == label)
        with no_scope("a row of the company under test"):
            rows = model._default_manager.order_by("pk")
            if hasattr(model, "company_id"):
                rows = rows.filter(company=self.world.company)
            return str(site.get_model_admin(model).row_id(rows[0]))

    def address(self, name: str) -> str:
        site = operator_site if name.startswith("operator:") else hr_site
        model = name.partition(":")[2].split("_")[:2]
        with company_scope(self.world.company):
            frame = PunchFrame.objects.get()
            request = CorrectionRequest.objects.get()
            delegation = Delegation.objects.get()
            records = RecordsRequest.objects.earliest("pk")
            enrolment = FaceEnrolment.objects.get()
            asked = LeaveRequest.objects.get(status__state="approved")
        person = self.world.maya.user
        ids = {
            "portal:delegation": delegation.public_id,
            "portal:export": frame.public_id,
            "portal:records": self.world.company.public_id
            if name.endswith("ask")
            else records.public_id,
            "portal:set": person.public_id,
            "portal:payable": self.world.maya.public_id,
            "attendance:team": self.world.maya.public_id,
            "attendance:overtime": self.world.maya.public_id,
            "attendance:reference": enrolment.public_id,
            "attendance:correction": request.public_id,
            "leave:request": asked.public_id,
            "leave:attachment": asked.public_id,
            "leave:person": self.world.maya.public_id,
        }
        values: dict[str, Callable[[], Any]] = {
            "object_id": lambda: self.row_id(site, "_".join(model)),
            "date": lambda: dt.date(2026, 3, 2),
            "public_id": lambda: ids.get(name.partition("-")[0], frame.public_id),
            "token": lambda: links.sign_in_link(person).rstrip("/").rpartition("/")[2],
            "app_label": lambda: "companies",
            "year": lambda: 2026,
            "employee": lambda: self.world.maya.public_id,
            "slug": lambda: "summary",
            "month": lambda: "2026-02",
            "url": lambda: "nowhere",
            "pk": lambda: 1,
        }
        keys = LEAVES[name].pattern.regex.groupindex or LEAVES[name].pattern.converters
        if name.endswith(":None"):
            return f"/{name.partition(':')[0]}/nowhere/"
        return reverse(name, kwargs={key: values[key]() for key in keys})


@pytest.fixture
def stand(db: None) -> Iterator[Stand]:
    with time_machine.travel(at(NOON), tick=False):
        world, other = fill(make_world()), fill(make_world(code="other"))
        with faces.using(FakeEngine()):
            world.punch(world.maya, "2026-03-04 09:00", frame=jpeg())
        with company_scope(world.company):
            CorrectionRequest.objects.create(
                company=world.company, employee=world.maya, date=dt.date(2026, 3, 2),
                kind=CorrectionKind.MISSING_OUT, out_at=at("2026-03-02 17:30"), zone=ZONE,
            )  # fmt: skip
        JobRun.objects.create(name="outbox", started_at=at(NOON))
        ParkedTap.objects.create(
            who="nobody", tap="nothing", error="nobody_there", parked_at=at(NOON)
        )
        grant = services.operator_create(name="Otto", email="o@m.example", by=job_actor("test"))
        yield Stand(world, other, grant.user)


def _row_of(name: str) -> list[str]:
    return [pattern for pattern in TABLE if fnmatchcase(name, pattern)]


def test_every_address_stands_in_the_table_once() -> None:
    assert {name: _row_of(name) for name in LEAVES if len(_row_of(name)) != 1} == {}
    assert {row for row in TABLE if not any(fnmatchcase(name, row) for name in LEAVES)} == set()


WHO = ("nobody", "a colleague", "HR elsewhere", "who left", "an operator")


def _person(stand: Stand, who: str) -> User | None:
    if who == "who left":
        with company_scope(stand.world.company):
            Employee.objects.filter(pk=stand.world.maya.pk).update(left_on=dt.date(2026, 3, 1))
    people = {
        "a colleague": stand.world.bikram.user,
        "HR elsewhere": stand.other.hari.user,
        "who left": stand.world.maya.user,
        "an operator": stand.operator,
    }
    return people.get(who)


def _said(answer: HttpResponse) -> str:
    target = urlsplit(answer.headers.get("Location", "")).path
    return f"{answer.status_code} {target}".strip()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", WHO)
def test_what_opens_to_whom(stand: Stand, who: str, method: str) -> None:
    person, found, expected = _person(stand, who), {}, {}
    for name in LEAVES:
        client = Client()
        if person is not None:
            client.force_login(person)
        sent = {FIELD: str(uuid.uuid4())} if method == "post" else {}
        answer = getattr(client, method)(stand.address(name), sent)
        if answer.streaming:
            # Read to its end the client closes it, without closing the test's own connection.
            list(answer)
        found[name] = _said(answer)
        (row,) = _row_of(name)
        expected[name] = TABLE[row][method == "post"][WHO.index(who)]
    assert found == expected


@pytest.mark.parametrize("who", ["HR elsewhere", "an operator", "nobody"])
def test_no_form_of_another_page_is_taken(stand: Stand, who: str) -> None:
    client = Client(enforce_csrf_checks=True)
    person = _person(stand, who)
    if person is not None:
        client.force_login(person)
    answers = {name: client.post(stand.address(name)).status_code for name in LEAVES}
    assert set(answers.values()) == {403}


@pytest.mark.parametrize("who", WHO)
def test_looking_writes_nothing(stand: Stand, who: str) -> None:
    client = Client()
    person = _person(stand, who)
    if person is not None:
        client.force_login(person)
    for name in LEAVES:
        address = stand.address(name)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        statements = [q["sql"] for q in queries if "django_session" not in q["sql"]]
        written = {text.split()[0] for text in statements} & {"INSERT", "UPDATE", "DELETE"}
        assert not written, (name, statements)
