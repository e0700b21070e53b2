"""Every address, with the ids of a row that may be asked for.

An address with a name of its own for its row says here which one it is (`SAMPLES`); those of the
admin sites are found by their model.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.core import signing
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from attendance.enums import EnrolmentState
from attendance.models import (
    AttendanceDay,
    Certificate,
    CorrectionRequest,
    FaceEnrolment,
    FaceUpload,
    Punch,
)
from companies import links
from companies.enums import (
    ApplicationStage,
    CalendarKind,
    InternshipStep,
    JoinState,
    OpeningState,
    RequestOutcome,
)
from companies.models import (
    Application,
    ApplicationFile,
    CalendarDay,
    Company,
    Delegation,
    EmailChange,
    Employee,
    Internship,
    Invitation,
    JoinRequest,
    Opening,
    RecordsRequest,
    ReportExport,
    RoleGrant,
    SignedInSession,
    SlackIdentity,
    SupportGrant,
    VisitorQuestion,
)
from companies.scoping import company_scope, no_scope
from companies.services.slack_identities import SALT as SLACK_LINK
from leave.enums import RequestState
from leave.models import CalendarFeed, LeaveRequest, LeaveRequestState, LeaveType
from leave.selectors.feeds import feed_url
from portal.admin_sites import hr_site, operator_site
from tests.rights.stand import House, frame_of

SITES = {"admin": hr_site, "operator": operator_site}
DATE, FORGOTTEN = dt.date(2026, 3, 2), dt.date(2026, 2, 27)
SOME_PAGE = "nowhere"
Sample = Callable[[House, Employee], dict[str, Any]]


def _optional_holiday(house: House, person: Employee) -> dict[str, Any]:
    row = CalendarDay.objects.get(kind=CalendarKind.OPTIONAL_HOLIDAY)
    return {"public_id": row.public_id}


def _person(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": person.public_id}


def _persons_day(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": person.public_id, "date": DATE}


def _month(house: House, person: Employee) -> dict[str, Any]:
    return {"month": "2026-02"}


def _request(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": CorrectionRequest.objects.get(employee=person).public_id}


def _picture(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": frame_of(person).public_id}


def _leave_request(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": LeaveRequest.objects.get(employee=person, leave_type__code="RL").public_id}


def _link(house: House, person: Employee) -> dict[str, Any]:
    assert person.user is not None
    token = links.sign_in_link(person.user).rstrip("/").rpartition("/")[2]
    return {"public_id": person.user.public_id, "token": token}


def _reference(house: House, person: Employee) -> dict[str, Any]:
    enrolments = FaceEnrolment.objects.filter(state=EnrolmentState.ACTIVE)
    return {"public_id": enrolments.get(employee=person).public_id}


def _upload(house: House, person: Employee) -> dict[str, Any]:
    row = FaceUpload.objects.filter(enrolment__employee=person).latest("pk")
    return {"public_id": row.public_id}


def _company(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": house.world.company.public_id}


def _logo(house: House, person: Employee) -> dict[str, Any]:
    return {"version": Company.objects.get(pk=house.world.company.pk).logo_version}


def _punch(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": Punch.objects.filter(employee=person).latest("pk").public_id}


def _stand_in(house: House, person: Employee) -> dict[str, Any]:
    delegation = Delegation.objects.get(delegate=house.people["delegate"])
    return {"public_id": delegation.public_id}


def _invitation(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": Invitation.objects.exclude(user=None).get(role="").public_id}


def _opened(house: House, person: Employee) -> dict[str, Any]:
    row = RecordsRequest.objects.get(outcome=RequestOutcome.APPROVED)
    return {"public_id": row.public_id}


def _session(house: House, person: Employee) -> dict[str, Any]:
    row = SignedInSession.objects.get(user=house.users["self"], device="a phone")
    return {"public_id": row.public_id}


def _change_of_address(purpose: str) -> Sample:
    def sample(house: House, person: Employee) -> dict[str, Any]:
        change = EmailChange.objects.get(user=house.users["self"])
        token = links.change_link(change, purpose).removesuffix("stop/").rstrip("/")
        return {"token": token.rpartition("/")[2]}

    return sample


def _slack_account(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": SlackIdentity.objects.get(user=house.users["self"]).public_id}


def _slack_link(house: House, person: Employee) -> dict[str, Any]:
    row = SlackIdentity.objects.get(user=house.users["manager"])
    return {"token": signing.dumps([str(row.public_id), str(row.link_key)], salt=SLACK_LINK)}


def _asks_to_join(house: House, person: Employee) -> dict[str, Any]:
    link = links.join_link(JoinRequest.objects.get(state=JoinState.ASKED))
    return {"token": link.rstrip("/").rpartition("/")[2]}


def _export(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": ReportExport.objects.get().public_id}


def _helper(house: House, person: Employee) -> dict[str, Any]:
    row = SupportGrant.objects.get(outcome=RequestOutcome.APPROVED)
    return {"object_id": row.public_id}


def _leave_type(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": LeaveType.objects.get(code="AL").public_id}


def _persons_books(house: House, person: Employee) -> dict[str, Any]:
    return {"employee": person.public_id, **_leave_type(house, person)}


def _feed(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": CalendarFeed.objects.get(employee=person).public_id}


def _feed_address(house: House, person: Employee) -> dict[str, Any]:
    url = feed_url(CalendarFeed.objects.get(employee=house.people["self"]))
    return {"token": url.rpartition("/")[2].removesuffix(".ics")}


def _granted(house: House, person: Employee) -> dict[str, Any]:
    row = LeaveRequestState.objects.get(employee=person, state=RequestState.APPROVED)
    return {"object_id": row.request.public_id}


def _certificate(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": Certificate.objects.earliest("pk").public_id}


def _code(house: House, person: Employee) -> dict[str, Any]:
    return {"code": str(Certificate.objects.earliest("pk"))}


def _open_internship(house: House, person: Employee) -> dict[str, Any]:
    return {"object_id": Internship.objects.get(events__isnull=True).public_id}


def _uncertified(house: House, person: Employee) -> dict[str, Any]:
    rows = Internship.objects.filter(events__step=InternshipStep.COMPLETED)
    return {"object_id": rows.get(certificates__isnull=True).public_id}


def _company_code(house: House, person: Employee) -> dict[str, Any]:
    return {"code": house.world.company.code}


def _public_opening(house: House, person: Employee) -> dict[str, Any]:
    row = Opening.objects.get(state=OpeningState.PUBLISHED)
    return {"code": house.world.company.code, "public_id": row.public_id}


def _opening(state: OpeningState) -> Sample:
    return lambda house, person: {"object_id": Opening.objects.get(state=state).public_id}


def _candidate(stage: ApplicationStage) -> Sample:
    return lambda house, person: {"object_id": Application.objects.get(stage=stage).public_id}


def _candidates_link(house: House, person: Employee) -> dict[str, Any]:
    rows = Application.objects.select_related("company")
    link = links.application_link(rows.get(stage=ApplicationStage.ASKED))
    return {"token": link.rstrip("/").rpartition("/")[2]}


def _candidates_file(house: House, person: Employee) -> dict[str, Any]:
    return {"public_id": ApplicationFile.objects.get().public_id}


def _visitors(**columns: Any) -> Sample:
    return lambda house, person: {
        "object_id": VisitorQuestion.objects.filter(**columns).earliest("pk").public_id
    }


# Of the company's or the person's row: what stands in the address.
SAMPLES: dict[str, Sample] = {
    **{f"portal:careers{page}": _company_code for page in ("", "-sent", "-asked")},
    **{f"portal:careers-{page}": _public_opening for page in ("opening", "apply")},
    "portal:application": _candidates_link,
    "portal:application-file": _candidates_file,
    **{
        f"admin:companies_application_{page}": _candidate(ApplicationStage.NEW)
        for page in ("change", "delete", "history", "move", "ask_candidate", "reject", "withdraw")
    },
    "admin:companies_application_hire": _candidate(ApplicationStage.ACCEPTED),
    "admin:companies_opening_publish": _opening(OpeningState.DRAFT),
    "admin:companies_opening_close": _opening(OpeningState.PUBLISHED),
    "admin:companies_visitorquestion_answer": _visitors(answered_at=None),
    "admin:companies_visitorquestion_publish": _visitors(
        answered_at__isnull=False, is_published=False
    ),
    "admin:companies_visitorquestion_unpublish": _visitors(is_published=True),
    "attendance:certificate-file": _certificate,
    "portal:certificate": _code,
    **{
        f"admin:companies_internship_{page}": _open_internship
        for page in ("extend", "shorten", "hand_over", "complete", "take_back")
    },
    "admin:companies_internship_issue": _uncertified,
    "attendance:holiday": _optional_holiday,
    "attendance:team-person": _person,
    "attendance:team-day": _persons_day,
    "attendance:overtime-decide": _persons_day,
    "attendance:correction-withdraw": _request,
    "attendance:correction-cancel": _request,
    "attendance:correction-attachment": _request,
    "attendance:photo": _picture,
    "attendance:reference": _reference,
    "attendance:face-upload": _upload,
    "attendance:day": lambda house, person: {"date": DATE},
    "attendance:correction-file": lambda house, person: {"date": FORGOTTEN},
    "attendance:correction-ask": lambda house, person: {"date": DATE},
    "attendance:pin": _punch,
    **{
        f"leave:{name}": _leave_request
        for name in (
            "request",
            "request-change",
            "request-withdraw",
            "request-answer",
            "request-cancel",
            "request-decide",
            "request-take-back",
            "attachment",
        )
    },
    "leave:books": _leave_type,
    "leave:calendar": _feed_address,
    "leave:feed-end": _feed,
    "leave:person": _person,
    "leave:person-books": _persons_books,
    "leave:year": lambda house, person: {"year": DATE.year},
    "portal:set-password": _link,
    "portal:phone-person": _person,
    "portal:welcome": lambda house, person: {"token": house.card},
    "portal:security-end-session": _session,
    "portal:export": _export,
    "portal:export-file": _export,
    "portal:closing-month": _month,
    "portal:closing-review": _month,
    "portal:closing-lock": _month,
    "portal:closing-evidence": _month,
    # January is locked.
    "portal:closing-payroll": lambda house, person: {"month": "2026-01"},
    "portal:payable-why": lambda house, person: {
        "month": "2026-02",
        "public_id": person.public_id,
    },
    "portal:slack-link": _slack_link,
    "portal:slack-unlink": _slack_account,
    "portal:report": lambda house, person: {"slug": "summary"},
    "portal:report-file": lambda house, person: {"slug": "muster-roll"},
    "portal:join-request": _asks_to_join,
    "portal:logo": _logo,
    "portal:email-change": _change_of_address(links.CONFIRM),
    "portal:email-change-stop": _change_of_address(links.STOP),
    "mfa_edit_webauthn": lambda house, person: {"pk": 1},
    "mfa_remove_webauthn": lambda house, person: {"pk": 1},
    "portal:invitation-answer": _invitation,
    "portal:delegation-end": _stand_in,
    "portal:records-ask": _company,
    "portal:records-take": _opened,
    "admin:companies_supportgrant_end": _helper,
    "admin:leave_leaverequeststate_cancel": _granted,
    **{
        f"operator:companies_supportgrant_{page}": _helper
        for page in ("change", "delete", "history", "enter", "leave")
    },
}
# Of one row of the company, whoever is asked for.
NOT_OF_A_PERSON = {
    "portal:careers", "portal:careers-sent", "portal:careers-asked", "portal:careers-opening",
    "portal:careers-apply", "portal:application", "portal:application-file",
    "leave:books", "leave:calendar", "leave:year",
    "attendance:certificate-file", "portal:certificate",
    "attendance:holiday", "attendance:day", "attendance:correction-file",
    "attendance:correction-ask", "portal:welcome",
    "portal:invitation-answer", "portal:delegation-end", "portal:records-ask",
    "portal:records-take", "portal:export", "portal:export-file", "portal:report",
    "portal:report-file", "portal:closing-month", "portal:closing-review", "portal:closing-lock",
    "portal:closing-payroll", "portal:closing-evidence",
    "portal:security-end-session", "portal:email-change", "portal:email-change-stop",
    "portal:slack-link", "portal:slack-unlink",
    "portal:join-request",
    "portal:logo",
    "mfa_edit_webauthn", "mfa_remove_webauthn",
}  # fmt: skip


def _leaves(patterns: Any, names: str = "") -> Iterator[tuple[str, URLPattern]]:
    for item in patterns:
        if isinstance(item, URLResolver):
            space = f"{item.namespace}:" if item.namespace else ""
            yield from _leaves(item.url_patterns, names + space)
        else:
            yield f"{names}{item.name}", item


LEAVES = dict(_leaves(get_resolver().url_patterns))


def keys_of(name: str) -> set[str]:
    """Return what stands in the address and differs from row to row."""
    pattern = LEAVES[name].pattern
    return set(pattern.regex.groupindex or pattern.converters) - {"url", "app_label"}


def is_admin(name: str) -> bool:
    return name.partition(":")[0] in SITES


def model_of(name: str) -> type[models.Model] | None:
    """Return the model whose page of an admin site it is."""
    space, _colon, rest = name.partition(":")
    for model in SITES[space]._registry if space in SITES else ():
        if rest.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            return model
    return None


def row_of(model: type[models.Model], house: House, person: Employee | None) -> Any:
    """Return the company's row of that kind; the person's where rows have one, or nothing."""
    with no_scope("a row of the company under test"):
        rows = model._default_manager.order_by("pk")
        names = {field.name for field in model._meta.get_fields()}
        if "company" in names:
            rows = rows.filter(company=house.world.company)
        if model is Employee and person is not None:
            return person
        if model is Invitation:
            return rows.get(employee=None)
        if "employee" in names and person is not None:
            rows = rows.filter(employee=person)
        elif model is RoleGrant and person is not None:
            rows = rows.filter(user=person.user)
        if "outcome" in names:
            rows = rows.order_by("outcome", "pk")
        if "is_flagged" in names:
            rows = rows.order_by("-is_flagged", "pk")
        if model is AttendanceDay:
            rows = rows.order_by("-date", "pk")
        return rows.first()


def address(name: str, house: House, person: Employee, *, or_any: bool = True) -> str | None:
    """Return the address of the person's row; else of any of the company's, or none at all."""
    space = name.partition(":")[0]
    if name.endswith(":None"):
        return f"/{space}/{SOME_PAGE}/"
    if name.endswith(":app_list"):
        return reverse(name, kwargs={"app_label": "companies"})
    if not keys_of(name):
        return reverse(name)
    if name in SAMPLES:
        with company_scope(house.world.company):
            return reverse(name, kwargs=SAMPLES[name](house, person))
    model = model_of(name)
    assert model is not None, f"{name}: say in SAMPLES which row its address names"
    row = row_of(model, house, person)
    if row is None and or_any:
        row = row_of(model, house, house.people["manager"]) or row_of(model, house, None)
    if row is None:
        return None
    with no_scope("the id of the row under test"):
        return reverse(name, kwargs={"object_id": SITES[space]._registry[model].row_id(row)})


def is_of_a_person(name: str) -> bool:
    """Return whether another person of the company has another address there."""
    if name in SAMPLES:
        return name not in NOT_OF_A_PERSON and not is_admin(name)
    model = model_of(name)
    if model is None or not keys_of(name):
        return False
    names = {field.name for field in model._meta.get_fields()} - _asked_of(model)
    return model is Employee or bool(names & {"employee", "user"})


def _asked_of(model: type[models.Model]) -> set[str]:
    """Return the persons' columns of what waits for an answer: there any that waits will do."""
    asked = {RecordsRequest: {"user"}, Invitation: {"user", "employee"}}
    return asked.get(model, set())


def lookups() -> Iterator[tuple[str, str]]:
    """Yield (words, address) of every search box that either site could be asked for."""
    for space, site in SITES.items():
        for model in site._registry:
            for column in model._meta.concrete_fields:
                if isinstance(column, models.ForeignKey):
                    label = f"{model._meta.label_lower}.{column.name}"
                    query = (
                        f"app_label={model._meta.app_label}&model_name={model._meta.model_name}"
                        f"&field_name={column.name}"
                    )
                    yield f"{space}:autocomplete {label}", f"/{space}/autocomplete/?{query}"


def questions(space: str, model: type[models.Model], house: House, person: Employee) -> list[str]:
    """Return what a list can be asked by its filters, order and search, as `name=value`."""
    model_admin: Any = SITES[space]._registry[model]
    ids = {
        "person": person.public_id, "office": house.world.office.public_id,
        "shift": house.world.day_shift.public_id, "by": house.users["hr"].public_id,
        "department": row_of_name("department", house).public_id,
    }  # fmt: skip
    found = ["q=a", "o=1", "o=-1.2"] if model_admin.search_fields else ["o=1"]
    for item in model_admin.list_filter:
        if isinstance(item, tuple):
            column = model._meta.get_field(item[0])
            is_date = isinstance(column, models.DateField)
            found.append(f"{item[0]}_from=2026-01-01" if is_date else f"{item[0]}__exact=1")
        elif issubclass(item, SimpleListFilter):
            found.append(f"{item.parameter_name}={ids.get(str(item.parameter_name), 'any')}")
    return found


def row_of_name(model_name: str, house: House) -> Any:
    model = next(m for m in hr_site._registry if m._meta.model_name == model_name)
    return row_of(model, house, None)
