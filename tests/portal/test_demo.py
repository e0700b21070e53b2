"""The demo company: plausible, judged by the real rules, nobody's face invented."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from attendance.models import AttendanceDay, FaceEnrolment, Punch, PunchState
from attendance.services.days import person_recompute
from companies.enums import EmploymentType, Role
from companies.models import Company, Employee, OfficeVersion, RoleGrant, ShiftVersion, User
from companies.scoping import company_scope
from portal import demo
from tests.attendance.doorway import knock
from tests.attendance.world import at


@pytest.mark.django_db
def test_the_demo_company_is_whole() -> None:
    with time_machine.travel(at("2026-11-24 12:00"), tick=False):
        company = demo.build()
        assert demo.exists()
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
            assert not FaceEnrolment.objects.exists()

            rows = AttendanceDay.objects.all()
            statuses = Counter(rows.values_list("status", flat=True))
            assert statuses["P"] > 800
            assert min(statuses[s] for s in ("A", "HD", "INC", "L", "OD", "WFH")) >= 1
            assert rows.filter(late_minutes__gt=0).exists()
            dates = set(rows.values_list("date", flat=True))
            assert (max(dates) - min(dates)).days >= 60
            assert Punch.objects.count() == PunchState.objects.count()
            assert not PunchState.objects.filter(is_flagged=True).exists()

            # What stands there is what the rules say: judging it again changes nothing.
            maya = people.select_related("company").get(code="HT002")
            last = timezone.now().date()
            assert (
                person_recompute(employee=maya, first=min(dates), last=last, now=timezone.now())
                == []
            )
        for login in demo.LOGINS:
            assert User.objects.get(email=login.email).check_password(login.password)


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
        (request,) = page.context["requests"]
    assert (request["name"], request["text"]) == ("Bikram Thapa", "Left at 17:42")
