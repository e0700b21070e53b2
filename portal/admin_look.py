"""How the admin sites look and what stands in their side bars (django-unfold's settings).

Colours are those of the pages (`muster/css/tokens.css`): hue 162, the accent a deep green.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

_HUE = 162


def _scale(*steps: tuple[float, float]) -> dict[str, str]:
    """Return unfold's weights, light to dark, of (lightness in %, chroma)."""
    weights = ("50", "100", "200", "300", "400", "500", "600", "700", "800", "900", "950")
    return {
        weight: f"oklch({light}% {chroma} {_HUE})"
        for weight, (light, chroma) in zip(weights, steps, strict=True)
    }


def _css(_request: Any) -> str:
    return static("muster/css/admin.css")


def _script(_request: Any) -> str:
    return static("muster/js/admin.js")


def _environment(request: Any) -> list[Any] | None:
    """Return the mark beside the title of every page: of an operator who reads, and of a demo."""
    grant = getattr(request, "support", None)
    if grant is not None:
        until = f"{timezone.localtime(grant.ends_at):%H:%M}"
        return [_("Operator, until %(time)s") % {"time": until}, "danger"]
    return [_("Demo"), "warning"] if settings.DEMO else None


def _item(title: Any, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(name)}


def _list(title: Any, icon: str, model: str, site: str = "admin") -> dict[str, Any]:
    return _item(title, icon, f"{site}:{model}_changelist")


_SHARED: dict[str, Any] = {
    "SITE_TITLE": "Muster",
    "SITE_HEADER": "Muster",
    "SITE_URL": "/",
    "SITE_SYMBOL": "how_to_reg",
    "ENVIRONMENT": _environment,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "STYLES": [_css],
    "SCRIPTS": [_script],
    "BORDER_RADIUS": "10px",
    "COLORS": {
        "primary": _scale(
            (97.5, 0.015), (94.5, 0.035), (90, 0.06), (84, 0.09), (78, 0.125), (72, 0.13),
            (46, 0.11), (41, 0.1), (35, 0.08), (29, 0.06), (22, 0.045),
        ),
        "base": _scale(
            (98.5, 0.004), (96.5, 0.006), (91, 0.009), (86, 0.012), (71, 0.016), (53, 0.02),
            (44, 0.02), (37, 0.02), (28, 0.018), (21, 0.016), (16, 0.014),
        ),
    },
    "ACCOUNT": {
        "navigation": [
            {"title": _("My page"), "link": reverse_lazy("portal:me")},
            {"title": _("Sign-in and security"), "link": reverse_lazy("portal:security")},
            {"title": _("Another company"), "link": reverse_lazy("portal:choose-company")},
        ],
    },
}  # fmt: skip

HR: dict[str, Any] = {
    **_SHARED,
    "SITE_SUBHEADER": _("HR"),
    "SIDEBAR": {
        "navigation": [
            {
                "items": [
                    _item(_("What needs a human"), "notifications", "admin:index"),
                    _list(_("Punches"), "touch_app", "attendance_punchstate"),
                    _list(_("Days"), "calendar_today", "attendance_attendanceday"),
                    _list(_("Months"), "lock", "attendance_attendanceperiod"),
                    _item(_("Closing"), "event_available", "portal:closing"),
                    _item(_("Muster roll"), "table_chart", "portal:roll"),
                    _item(_("Reports"), "bar_chart", "portal:reports"),
                ],
            },
            {
                "title": _("People"),
                "separator": True,
                "items": [
                    _list(_("People"), "group", "companies_employee"),
                    _list(_("Internships"), "school", "companies_internship"),
                    _list(_("Certificates"), "workspace_premium", "attendance_certificate"),
                    _list(_("Shift assignments"), "event_repeat", "attendance_shiftassignment"),
                    _list(_("Extra minutes"), "more_time", "attendance_overtimeday"),
                    _list(_("Days set by hand"), "edit_calendar", "attendance_manualverdict"),
                    _list(_("Day marks"), "beach_access", "attendance_daymark"),
                    _list(_("Roles"), "key", "companies_rolegrant"),
                    _list(_("Invitations"), "mail", "companies_invitation"),
                    _list(_("Delegations"), "assignment_ind", "companies_delegation"),
                    _list(_("Requests for records"), "folder_open", "companies_recordsrequest"),
                    _list(_("Sign-in resets"), "lock_reset", "companies_signinreset"),
                    _list(_("Face enrolments"), "face", "attendance_faceenrolment"),
                    _list(_("Face consents"), "handshake", "attendance_faceconsent"),
                ],
            },
            {
                "title": _("Leave"),
                "separator": True,
                "items": [
                    _list(_("Leave requests"), "luggage", "leave_leaverequeststate"),
                    _list(_("Claims of comp-off"), "more_time", "leave_compoffclaim"),
                    _list(_("Leave ledger"), "menu_book", "leave_ledgerentry"),
                    _list(_("Closed leave years"), "event_available", "leave_leaveyearclose"),
                    _list(_("Who is on which plan"), "person_add", "leave_planassignment"),
                    _list(_("Leave types"), "category", "leave_leavetype"),
                    _list(_("Leave plans"), "trending_up", "leave_leaveplan"),
                    _list(_("Block dates"), "block", "leave_blockdate"),
                    _list(_("Closures"), "event_available", "leave_closure"),
                    _list(_("Least cover"), "groups", "leave_leastcover"),
                    _list(_("Reminders"), "alarm", "leave_reminderversion"),
                ],
            },
            {
                "title": _("Careers"),
                "separator": True,
                "items": [
                    _list(_("Openings"), "campaign", "companies_opening"),
                    _list(_("Applications"), "person_search", "companies_application"),
                    _list(_("Questions of visitors"), "forum", "companies_visitorquestion"),
                ],
            },
            {
                "title": _("Company"),
                "separator": True,
                "items": [
                    _list(_("Offices"), "location_on", "companies_office"),
                    _list(_("Departments"), "account_tree", "companies_department"),
                    _list(_("Shifts"), "schedule", "companies_shift"),
                    _list(_("Payroll file"), "payments", "attendance_payrollcolumn"),
                    _list(_("Reports by mail"), "forward_to_inbox", "companies_reportschedule"),
                    _list(_("Overtime policies"), "more_time", "companies_overtimepolicy"),
                    _list(_("Calendar"), "celebration", "companies_calendarday"),
                    _list(_("Policy"), "tune", "companies_policyversion"),
                    _item(_("Slack"), "chat", "portal:slack"),
                ],
            },
            {
                "title": _("Trail"),
                "separator": True,
                "items": [
                    _list(_("Audit"), "history", "companies_auditevent"),
                    _list(_("Who looked"), "visibility", "companies_look"),
                    _list(_("Outbox"), "outbox", "companies_outboxmessage"),
                    _list(_("Operators' access"), "visibility", "companies_supportgrant"),
                    _list(_("Mail domains"), "alternate_email", "companies_companydomain"),
                ],
            },
        ],
    },
}

OPERATOR: dict[str, Any] = {
    **_SHARED,
    "SITE_SUBHEADER": _("Platform"),
    "SIDEBAR": {
        "navigation": [
            {
                "items": [
                    _item(_("The platform"), "dns", "operator:index"),
                    _list(_("Requests to join"), "domain_add", "companies_joinrequest", "operator"),
                    _list(_("Companies"), "domain", "companies_company", "operator"),
                    _list(_("Access"), "visibility", "companies_supportgrant", "operator"),
                    _list(
                        _("Mail domains"), "alternate_email", "companies_companydomain", "operator"
                    ),
                    _list(_("Jobs"), "schedule", "companies_jobrun", "operator"),
                    _list(_("Parked check-ins"), "inventory_2", "attendance_parkedtap", "operator"),
                    _list(_("Operators"), "key", "companies_operatorgrant", "operator"),
                    _list(_("Audit"), "history", "companies_auditevent", "operator"),
                ],
            },
        ],
    },
}
