"""The demo company: plausible, judged by the real rules, nobody's face invented."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from attendance.models import (
    AttendanceDay,
    Certificate,
    FaceEnrolment,
    FaceTemplate,
    Punch,
    PunchState,
)
from attendance.services.days import person_recompute
from companies.actor import job_actor
from companies.enums import EmploymentType, Role
from companies.models import (
    Application,
    Company,
    Employee,
    JoinRequest,
    OfficeVersion,
    RoleGrant,
    ShiftVersion,
    User,
    VisitorQuestion,
)
from companies.scoping import company_scope
from companies.selectors import internship_state, internships
from leave.models import (
    BlockDate,
    Closure,
    CompOffClaim,
    LeastCover,
    LeaveRequest,
    LeaveRequestState,
    LedgerEntry,
    RequestStep,
)
from leave.services import runs
from portal import demo
from tests.attendance.doorway import knock
from tests.attendance.world import at


def _careers_stand() -> None:
    """Candidates stand at several stages, and two questions of visitors are published."""
    stages = Counter(Application.objects.values_list("opening__title", "stage"))
    assert stages == {
        ("Software engineer", "new"): 1, ("Software engineer", "interview"): 1,
        ("Software engineer", "rejected"): 1, ("Design intern", "accepted"): 1,
        ("Design intern", "new"): 1,
    }  # fmt: skip
    assert VisitorQuestion.objects.filter(is_published=True).count() == 2
    assert VisitorQuestion.objects.filter(answered_at=None).count() == 1


@pytest.mark.django_db
def test_the_demo_company_is_whole() -> None:
    with time_machine.travel(at("2026-11-24 12:00"), tick=False):
        company = demo.build()
        assert demo.exists()
        assert [row.state for row in JoinRequest.objects.all()] == ["waiting"]
        with company_scope(company):
            people = Employee.objects.all()
            assert people.count() == 25
            kinds = Counter(people.values_list("employment_type", flat=True))
            assert kinds[EmploymentType.INTERN] == 4
            assert RoleGrant.objects.filter(role=Role.MANAGER).count() == 4
            zones = set(OfficeVersion.objects.values_list("zone", flat=True))
            assert zones == {"Asia/Kathmandu", "Europe/London"}
            nights = [s for s in ShiftVersion.objects.all() if s.end_time < s.start_time]
            assert {s.shift.name for s in nights} == {"Night"}
            enrolled = FaceEnrolment.objects.values_list("employee__name", flat=True)
            assert set(enrolled) == {"Deepa Rai", "Gita Adhikari"}
            assert not FaceTemplate.objects.exists()

            rows = AttendanceDay.objects.all()
            statuses = Counter(rows.values_list("status", flat=True))
            assert statuses["P"] > 800
            assert min(statuses[s] for s in ("A", "HD", "INC", "L", "OD", "WFH")) >= 1
            assert rows.filter(late_minutes__gt=0).exists()
            dates = set(rows.values_list("date", flat=True))
            assert (max(dates) - min(dates)).days >= 60
            assert Punch.objects.count() == PunchState.objects.count()
            assert PunchState.objects.filter(is_flagged=True).count() == 3

            # What stands there is what the rules say: judging it again changes nothing.
            maya = people.select_related("company").get(code="HT002")
            last = timezone.now().date()
            assert (
                person_recompute(employee=maya, first=min(dates), last=last, now=timezone.now())
                == []
            )
            interns = {row.employee.name: row for row in internships()}
            states = {name: internship_state(row, last) for name, row in interns.items()}
            assert states == {
                "Isaac Mensah": "running", "Nisha Bhandari": "completed",
                "Ujjwal Poudel": "ends_soon",
            }  # fmt: skip
            certificate = Certificate.objects.get()
            assert certificate.content["name"] == "Nisha Bhandari"
            assert certificate.content["present_halves"] > 40
            _careers_stand()
        for login in demo.LOGINS:
            assert User.objects.get(email=login.email).check_password(login.password)
        by_code = demo.CODE_LOGIN
        form = {"company": by_code.company, "code": by_code.code, "secret": by_code.pin}
        client = Client()
        assert client.post("/sign-in/code/", form)["Location"] == "/"
        assert client.get("/").context["actor"].name == by_code.name
        with company_scope(company):
            assert [row.name for row in Employee.objects.filter(email="")] == [by_code.name]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("local", "shift"),
    [
        ("2026-11-24 10:00", "Demo day, 10:30–18:30"),
        ("2026-11-24 23:05", "Demo day, 23:30–07:30"),
        ("2026-11-25 03:11", "Demo day, 04:00–12:00"),
        ("2026-11-28 12:00", "Demo day, 12:30–20:30"),  # a Saturday, off otherwise
    ],
)
def test_whoever_makes_the_demo_is_in_time(client: Client, local: str, shift: str) -> None:
    with time_machine.travel(at(local), tick=False):
        demo.build()
        client.force_login(User.objects.get(email="maya@himal.example"))
        page = client.get("/")
        facts = {name: page.context[name] for name in ("label", "shift_text", "missing_out")}
        assert facts == {"label": "Check in", "shift_text": shift, "missing_out": None}
        assert page.context["verdict"] is None

    with time_machine.travel(at(local) + dt.timedelta(minutes=25), tick=False):
        form = {"pass": page.context["pass_text"], "direction": "in", "no_frame": "no_consent"}
        answer = knock(client, "/punch", {**form, "tap_id": str(page.context["tap_id"])})
        weighed = knock(client, answer.json()["verify"], {"pass": form["pass"]})
    assert weighed.json()["text"].startswith("On time (shift ")


@pytest.mark.django_db
def test_setting_up_again_changes_nothing(settings: object, tmp_path: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]
    Company.objects.create(name="Himal Tea House", code=demo.CODE)
    call_command("demo", "--only-set-up")
    assert Employee._base_manager.count() == 0


STANDS = {
    "Bikram Thapa": "missing",
    "Gita Adhikari": "late",
    "Deepa Rai": "in",
    "Kiran Maharjan": "on_break",
    "Isaac Mensah": "outside",
    "Maya Gurung": "not_yet",
    "Grace Hughes": "left",
    "Harriet Cole": "on_leave",
}


# Whose minutes of the last three days wait: of the evening there is one day more.
OVERTIME = {
    "2026-11-24 10:00": [
        ("Bikram Thapa", "13 min extra"),
        ("Deepa Rai", "11 min extra"),
        ("Isaac Mensah", "15 min missing"),
        ("Kiran Maharjan", "2 h 21 min missing"),
        ("Kiran Maharjan", "8 h extra"),
        ("Laxmi Tamang", "11 min missing"),
        ("Laxmi Tamang", "2 h 7 min missing"),
        ("Maya Gurung", "3 h 50 min extra"),
        ("Ujjwal Poudel", "16 min extra"),
    ],
    "2026-11-24 23:05": [
        ("Deepa Rai", "16 min missing"),
        ("Deepa Rai", "20 min missing"),
        ("Gita Adhikari", "24 min extra"),
        ("Isaac Mensah", "16 min extra"),
        ("Julia Novak", "11 min extra"),
        ("Kiran Maharjan", "12 min extra"),
        ("Kiran Maharjan", "8 h extra"),
        ("Laxmi Tamang", "1 h 4 min missing"),
        ("Laxmi Tamang", "13 min extra"),
        ("Maya Gurung", "3 h 50 min extra"),
        ("Maya Gurung", "31 min extra"),
        ("Nisha Bhandari", "31 min extra"),
        ("Nisha Bhandari", "39 min missing"),
        ("Ujjwal Poudel", "15 min extra"),
        ("Ujjwal Poudel", "2 h 25 min missing"),
    ],
}


@pytest.mark.django_db
@pytest.mark.parametrize("local", ["2026-11-24 10:00", "2026-11-24 23:05"])
def test_the_demos_manager_sees_somebody_in_each_group(client: Client, local: str) -> None:
    with time_machine.travel(at(local), tick=False):
        demo.build()
        client.force_login(User.objects.get(email="asha@himal.example"))
        page = client.get("/team/")
        found = {
            person["name"]: group["id"]
            for group in page.context["groups"]
            for person in group["people"]
        }
        assert {name: found[name] for name in STANDS} == STANDS
        entries = client.get("/inbox/").context["entries"]
    # What waits longest stands first: that hangs on the hour at which the demo was made.
    overtime = sorted((entry.name, entry.what) for entry in entries if entry.kind == "overtime")
    assert overtime == OVERTIME[local]
    waiting = [
        (entry.name, entry.what.partition(": ")[2] or entry.what)
        for entry in entries
        if entry.kind != "overtime"
    ]
    assert waiting[:2] == [
        ("Maya Gurung", "Home leave, counts 3 days"), ("Deepa Rai", "Home leave, counts 1 day"),
    ]  # fmt: skip
    assert sorted(waiting[2:]) == [
        ("Bikram Thapa", "Left at 17:42"),
        ("Deepa Rai", "Work from home"),
        ("Deepa Rai", "the pictures are somewhat alike"),
        ("Gita Adhikari", "could not be compared: it was too dark"),
        ("Grace Hughes", "Annual leave, counts 2 days"),
        ("Kiran Maharjan", "1 day of Substitute leave"),
        ("Kiran Maharjan", "could not be compared: no camera was found"),
    ]


@pytest.mark.django_db
def test_somebody_of_the_demo_may_claim_banked_overtime(client: Client) -> None:
    with time_machine.travel(at("2026-11-24 12:00"), tick=False):
        demo.build()
        client.force_login(User.objects.get(email="maya@himal.example"))
        banked = client.get("/leave/comp-off/").context["banked"]
    assert (banked["text"], [choice["text"] for choice in banked["choices"]]) == (
        "6 h 10 min", ["0.5 days of Substitute leave takes 4 h"],
    )  # fmt: skip


# --- leave ----------------------------------------------------------------------------------------
STATES = {
    "approved": 36, "pending": 4, "asked_back": 1, "cancel_asked": 1, "cancelled": 1, "changed": 1,
    "refused": 1, "withdrawn": 1,
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("when", ["2026-11-24 12:00", "2027-01-02 12:00", "2026-02-28 20:00"])
def test_the_demo_has_leave_of_every_kind_whatever_day_it_is(when: str) -> None:
    with time_machine.travel(at(when), tick=False):
        company = demo.build()
        with company_scope(company):
            found = Counter(LeaveRequestState.objects.values_list("state", flat=True))
            assert found == STATES
            codes = set(LeaveRequest.objects.values_list("leave_type__code", flat=True))
            assert codes == {"HL", "SL", "AL", "SICK", "UL", "OH", "PH"}
            kinds = Counter(LedgerEntry.objects.values_list("kind", flat=True))
            assert kinds.keys() == {
                "grant", "accrual", "taken", "returned", "carried", "lapsed", "comp_off",
                "adjustment",
            }  # fmt: skip
            dates = LedgerEntry.objects.filter(kind="taken").values_list("effective_on", flat=True)
            assert at(when).date() - min(dates) > dt.timedelta(days=240)
            # Every line stands that is due: the job finds nothing to do.
            by, people = job_actor("t", company), runs.with_books(company)
            today = at(when).date()
            assert runs.books_run(company=company, people=people, until=today, by=by) == 0

            assert LeaveRequest.objects.filter(first_part="am").exists()
            assert LeaveRequest.objects.filter(is_partly=True, status__state="approved").exists()
            in_stead = RequestStep.objects.filter(by_name="Asha Shrestha")
            decided = in_stead.exclude(on_behalf_of="").order_by("id")
            assert list(decided.values_list("kind", "on_behalf_of")) == [
                ("refused", "Manoj Karki"), ("approved", "Manoj Karki"),
            ]  # fmt: skip
            assert CompOffClaim.objects.filter(decision=None).count() == 1
            assert CompOffClaim.objects.filter(decision__outcome="approved").count() == 1
            assert Closure.objects.get().booked_at is not None
            assert (BlockDate.objects.count(), LeastCover.objects.count()) == (1, 1)
            # Nobody punched on a day of leave, nor was absent before Muster came.
            days = AttendanceDay.objects.all()
            exceptions = days.exclude(exceptions=[]).values_list("exceptions", flat=True)
            assert not any("worked_on_leave" in found for found in exceptions)
            first = at(when).date() - dt.timedelta(days=demo.DAYS)
            assert set(days.filter(date__lt=first).values_list("status", flat=True)) == {"L"}
