"""What holds for the repository as a whole; what ruff, mypy and the import contracts cannot say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command

from companies.admin_base import BaseAdmin
from portal.admin_sites import hr_site, operator_site
from tests.companies.test_integrity_append_only import APPEND_ONLY
from tests.repository import APPS, ROOT, of_kind, texts, tracked


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for name, text in of_kind(".py").items():
        yield name, ast.parse(text)


# --- budgets ------------------------------------------------------------------------------------
MOST_LINES = {".py": 500, ".html": 250, ".js": 250, ".css": 250}
MOST_LINES_OF_A_FUNCTION = 60
# What may be longer, and why.
LONGER: dict[str, str] = {}
LONGER_FUNCTIONS: dict[str, str] = {}


@pytest.mark.parametrize("ending", MOST_LINES)
def test_no_file_outgrows_its_budget(ending: str) -> None:
    longer = {
        name
        for name, text in of_kind(ending).items()
        if "/migrations/" not in name and len(text.splitlines()) > MOST_LINES[ending]
    }
    assert longer == {name for name in LONGER if name.endswith(ending)}


def test_no_function_outgrows_its_budget() -> None:
    longer = {
        f"{name}:{node.name}"
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    }
    assert longer == LONGER_FUNCTIONS.keys()


# --- tests that do not run, work left for later, addresses of one machine ------------------------
WAYS_NOT_TO_RUN = {
    "skip", "skipif", "skipTest", "skipIf", "skipUnless", "importorskip", "xfail",
    "expectedFailure", "SkipTest",
}  # fmt: skip
# In pieces: this file is looked through too.
LEFT_FOR_LATER = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + r"X)\b")
ONE_MACHINES = re.compile(
    "|".join(f"{a}{b}" for a, b in (("pypi", r"\.org"), ("python", "hosted"), ("npm", r"js\."),
                                    ("/wo", "rk/"), ("/ro", "ot/")))
)  # fmt: skip


def test_every_test_runs() -> None:
    left_out = {
        f"{name}:{node.lineno}"
        for name, tree in _trees()
        if name.startswith("tests/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in WAYS_NOT_TO_RUN
    }
    assert left_out == set()


@pytest.mark.parametrize("pattern", [LEFT_FOR_LATER, ONE_MACHINES])
def test_nothing_is_left_for_later_and_no_machine_is_named(pattern: re.Pattern[str]) -> None:
    found = {name: pattern.findall(text) for name, text in texts().items()}
    assert {name: words for name, words in found.items() if words} == {}


# --- requirements ---------------------------------------------------------------------------------
LOCKS = sorted(name for name in tracked() if name.startswith("requirements/"))
REQUIREMENT = re.compile(r"^[a-z0-9][a-z0-9._-]*(?:\[[a-z0-9,_-]+\])?==\S+", re.IGNORECASE)


def test_every_set_of_requirements_is_locked() -> None:
    assert {Path(name).stem for name in LOCKS if name.endswith(".in")} == {
        Path(name).stem for name in LOCKS if name.endswith(".txt")
    }


@pytest.mark.parametrize("name", LOCKS)
def test_requirements_name_no_address(name: str) -> None:
    assert "://" not in texts()[name]


@pytest.mark.parametrize("name", [name for name in LOCKS if name.endswith(".txt")])
def test_every_requirement_is_pinned_by_hash(name: str) -> None:
    whole = texts()[name].replace("\\\n", " ")
    lines = [line for line in whole.splitlines() if line and not line.startswith(("#", "--"))]
    assert lines
    for line in lines:
        assert REQUIREMENT.match(line), line
        assert "--hash=sha256:" in line, line


# --- templates and static files -------------------------------------------------------------------
# Rendered by a library, under the library's own name for the page.
BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
BY_ALLAUTH = {"429.html", "account/login.html"}
BY_UNFOLD = {
    "unfold/helpers/add_link.html",
    "unfold/helpers/header.html",
    "unfold/helpers/header_title.html",
    "unfold/helpers/navigation_user.html",
    "unfold/helpers/site_icon.html",
    "unfold/helpers/tab_actions.html",
}
CODE = {
    name: text
    for name, text in of_kind(".py", ".html", ".js").items()
    if name.startswith(tuple(f"{app}/" for app in APPS))
}


def _below(folder: str) -> dict[str, str]:
    """Return our files below a folder of that name, as templates and pages call them."""
    marker = f"/{folder}/"
    return {
        name.split(marker)[1]: name
        for name in tracked()
        if name.startswith(tuple(f"{app}/" for app in APPS)) and marker in name
    }


def _is_named(words: str, file: str) -> bool:
    return any(f'"{words}"' in text or f"'{words}'" in text for name, text in CODE.items()
               if name != file)  # fmt: skip


def test_every_template_is_used() -> None:
    unused = {
        template
        for template, file in _below("templates").items()
        if not _is_named(re.sub(r"_(?:subject|body)\.txt$", "", template), file)
    }
    assert unused == BY_DJANGO | BY_ALLAUTH | BY_UNFOLD


@pytest.mark.parametrize(
    ("library", "template"),
    [("allauth", "account/login.html"), *(("unfold", template) for template in sorted(BY_UNFOLD))],
)
def test_what_takes_the_place_of_a_librarys_template_still_does(
    library: str, template: str
) -> None:
    spec = find_spec(library)
    assert spec is not None and spec.origin is not None
    assert (Path(spec.origin).parent / "templates" / template).is_file()


def test_every_static_file_is_used() -> None:
    unused = {
        path
        for path, file in _below("static").items()
        if not _is_named(path, file) and not _is_named(f"./{Path(path).name}", file)
    }
    assert unused == set()


# --- tables and admin pages -----------------------------------------------------------------------
# How rows change that may change at all, and who sees to it. The others are append-only: a change
# of `PolicyVersion` and `ShiftVersion`, which are settings, is a new row from a date.
MUTABLE = {
    # Rows with a start date: the next one ends them, HR may correct one, the audit keeps both.
    "companies.OfficeVersion": "admin",
    "companies.OperatorGrant": "operator_create",
    "companies.Placement": "admin",
    "companies.RoleGrant": "admin",
    "attendance.OptionalHolidayPick": "services.holidays",
    "attendance.ShiftAssignment": "services.roster",
    # The file goes on its date, and the row says so.
    "attendance.CorrectionFile": "services.attachments",
    # Reference records: changed by the admin's base class, which audits before and after.
    "companies.CalendarDay": "admin",
    "companies.Company": "company_create; services.logos its version; revisions by triggers",
    "companies.Department": "admin",
    "companies.Employee": "admin, employee_invite",
    "companies.Office": "admin",
    "companies.OvertimePolicy": "admin",
    "companies.Shift": "admin",
    "attendance.PayrollColumn": "admin",
    "companies.User": "password_set, sign-in",
    "companies.Opening": "admin, services.careers",
    "companies.ScreeningQuestion": "admin",
    # What candidates and visitors send; all but the count is forgotten on its date.
    "companies.Application": "services.applications, services.deciding",
    "companies.ApplicationAnswer": "deleted with its application",
    "companies.ApplicationEvent": "deleted with its application",
    "companies.ApplicationFile": "services.careers_files",
    "companies.CareersPage": "services.careers",
    "companies.VisitorQuestion": "services.visitor_questions",
    # Coming in.
    "companies.Invitation": "services.invitations, services.auditors",
    "companies.Pin": "services.pins",
    "companies.Delegation": "delegation_add, delegation_end",
    "companies.NoticeChoice": "services.notices",
    "companies.RecordsRequest": "services.records",
    "companies.ReportExport": "services.report_exports",
    "companies.ReportReader": "services.report_schedules",
    "companies.ReportSchedule": "services.report_schedules",
    "companies.CompanyDomain": "services.domains",
    "companies.CompanyLogo": "services.logos",
    "companies.SlackDelivery": "services.slack_deliveries",
    "companies.SlackIdentity": "services.slack_identities",
    "companies.SlackMessage": "services.slack_deliveries",
    "companies.SlackWorkspace": "services.slack_workspaces",
    "companies.SupportGrant": "services.support",
    "leave.BlockDate": "services.blocks",
    "leave.BlockExemption": "services.blocks",
    "leave.Closure": "admin, closure_book",
    "leave.LeastCover": "admin",
    "leave.LeavePlan": "services.settings, admin",
    "leave.LeaveType": "services.settings, admin",
    "leave.PlanAssignment": "services.plans",
    # Read models: made again from append-only rows at any time.
    "attendance.AttendanceDay": "services.days",
    "attendance.OvertimeDay": "services.overtime_days, services.overtime",
    "attendance.PunchState": "services.evidence, services.days",
    "leave.LeaveDay": "services.effects",
    "leave.LeaveRequestState": "services.requests, services.decisions",
    "leave.RequestDraw": "services.effects",
    # States with services of their own.
    "attendance.AttendancePeriod": "services.closing",
    "attendance.PeriodLine": "services.closing",
    "leave.LeaveYearClose": "services.runs",
    "attendance.FaceEnrolment": "services.enrolment",
    # To be deleted, on a date or by the person.
    "leave.CalendarFeed": "services.feeds",
    "attendance.FaceDeletion": "services.kept_faces",
    "attendance.FaceTemplate": "services.enrolment",
    "attendance.FaceUpload": "services.uploads",
    "attendance.FileDeletion": "services.face_data",
    "leave.LeaveAttachment": "services.attachments",
    "attendance.PunchFrame": "services.evidence, photo_retention",
    "attendance.LivenessChallenge": "services.liveness",
    # Machinery.
    "companies.FormSubmission": "companies.once",
    "attendance.ParkedTap": "attendance.services.replaying",
    "companies.JobRun": "portal.jobs",
    "companies.OutboxMessage": "companies.outbox",
    "companies.BlockedAddress": "services.addresses",
    "companies.PurgePermit": "companies.integrity",
    "companies.Throttle": "companies.throttle",
    # States of signing in, with services of their own.
    "companies.EmailChange": "services.email_changes",
    "companies.SignInReset": "services.sign_in_resets",
    # States of a company that asks to join.
    "companies.JoinRequest": "services.joining",
    "companies.SignedInSession": "services.sessions",
}


def test_every_table_is_append_only_or_says_who_changes_it() -> None:
    ours = {model._meta.label for model in apps.get_models() if model._meta.app_label in APPS}
    assert ours - APPEND_ONLY == MUTABLE.keys()
    assert not APPEND_ONLY & MUTABLE.keys()


def test_every_admin_page_stands_on_the_base_class() -> None:
    opened = [*hr_site._registry.values(), *operator_site._registry.values()]
    assert opened
    assert all(isinstance(page, BaseAdmin) for page in opened)
    assert [kind for kind in _subclasses(admin.ModelAdmin) if not issubclass(kind, BaseAdmin)] == []


def _subclasses(kind: type) -> Iterator[type]:
    """Yield the subclasses that Muster defines."""
    for below in kind.__subclasses__():
        if below.__module__.partition(".")[0] in APPS:
            yield below
        yield from _subclasses(below)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_code_of_every_app_is_looked_through() -> None:
    """The lists above would be empty in silence if the files were not found."""
    assert all((ROOT / app / "__init__.py").is_file() for app in APPS)
    assert len(_below("templates")) > 30
    assert len(_below("static")) > 10
