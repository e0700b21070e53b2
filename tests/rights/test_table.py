"""What must hold over the whole table, however it was come by; and that it is whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attendance import door
from tests.rights import table
from tests.rights.addresses import LEAVES, is_admin, is_of_a_person
from tests.rights.asks import MAIN, ODD, OF_A_PUNCH, is_only_shown
from tests.rights.bodies import BARE, BODIES, OF_A_DEVICE
from tests.rights.stand import ROLES

TABLE = table.read(table.FILE.read_text())
OF_KIND = {
    kind: [role.column for role in ROLES if role.kind == kind]
    for kind in ("inside", "nowhere", "elsewhere")
}
LEADS_IN = {"302 /sign-in/", "302 /admin/login/", "302 /operator/login/"}
# What strangers send a company by its careers page, and do by the link that they get.
OF_A_CANDIDATE = {
    "portal:careers", "portal:careers-opening", "portal:careers-apply", "portal:application",
}  # fmt: skip
# What everybody in the world may see or do.
PUBLIC = {
    "account_login", "portal:sign-in-code", "portal:phone", "portal:phone-forget",
    "portal:phone-person", "portal:password-reset", "portal:set-password", "portal:welcome",
    "portal:email-change", "portal:email-change-stop", "portal:styleguide",
    "portal:healthz", "portal:favicon", "portal:dev-mail", "mfa_login_webauthn",
    "portal:pool-sign-in", "portal:pool-callback", "leave:calendar",
    "portal:join", "portal:join-sent", "portal:join-request",
    "portal:certificate", "portal:certificate-check",
    "portal:slack-commands", "portal:slack-interactions", "portal:slack-events",
    "portal:careers-asked", "portal:careers-sent", *OF_A_CANDIDATE,
}  # fmt: skip
# Of how one signs in, company or not; of whoever holds a link, and of everybody.
OF_THE_SIGN_IN = {
    "portal:set-password", "portal:password-reset", "portal:welcome", "portal:security-password",
    "portal:security-email", "portal:security-end-session", "portal:security-end-others",
    "portal:email-change",
    "portal:email-change-stop", "portal:join", "portal:join-request", *OF_A_DEVICE,
    *OF_A_CANDIDATE,
}  # fmt: skip
# What somebody without any role writes: of their own.
OWN_DEEDS = {
    "attendance:consent", "attendance:enrol", "attendance:face-frame", "attendance:face-finish",
    "attendance:face-upload", "attendance:face-upload-ask",
    "attendance:correction-ask", "attendance:correction-file",
    "attendance:correction-withdraw", "attendance:holiday",
    "portal:own-data", "portal:pin", "leave:comp-off", "leave:feed-make", "leave:feed-end",
    "leave:ask", "leave:request-change", "leave:request-withdraw", "portal:notices",
    "portal:slack-unlink",
    *OF_THE_SIGN_IN,
}  # fmt: skip
# What one who works nowhere writes: answers to an invitation, and the wish for one's own records.
NOWHERE_DEEDS = {
    "portal:invitation-answer", "portal:records-ask", "portal:records-take", *OF_THE_SIGN_IN,
}  # fmt: skip
# Pages that differ among those who work nowhere: by what each of them was offered or left.
OF_THE_PAST = {
    "portal:former", "portal:records-ask", "portal:records-take", "portal:invitation-answer",
    "portal:own-data", "portal:choose-company", "attendance:today", "portal:me",
    # Who was only ever invited has no password yet, by which to show again who they are.
    "account_reauthenticate", "portal:security-email", "portal:security-password", *OF_A_DEVICE,
}  # fmt: skip


def name_of(row: str) -> str:
    """Return the address that the row is about, without what is asked of it."""
    return row.partition(" ")[0]


def is_door(row: str) -> bool:
    return row.startswith(("door: ", "file: "))


def _cells(*columns: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield (row, method, column, answer) of these columns, where they were asked."""
    for (row, method), answers in TABLE.items():
        for column in columns:
            answer = answers[table.COLUMNS.index(column)]
            if answer != table.NOT_ASKED:
                yield row, method, column, answer


def _writes(answer: str) -> bool:
    return answer.endswith(table.CHANGED)


# --- whole ----------------------------------------------------------------------------------------
def test_every_address_has_a_row_and_every_row_an_address() -> None:
    rows = {name_of(row) for row, _method in TABLE if not is_door(row)}
    assert rows == set(LEAVES), "run `make rights` and read the difference"


def test_every_door_before_the_addresses_has_a_row() -> None:
    assert set(OF_A_PUNCH) == set(door._OF_A_PUNCH)
    assert {f"door: /punch/ID/{verb}" for verb in OF_A_PUNCH} <= {row for row, _method in TABLE}


def test_every_address_is_asked_by_every_method() -> None:
    for name in LEAVES:
        for method in MAIN + ODD:
            assert (name, method) in TABLE


def test_everybody_is_asked_what_pages_send() -> None:
    for (row, method), answers in TABLE.items():
        if method in MAIN:
            assert table.NOT_ASKED not in answers, row


def test_what_takes_a_form_is_asked_with_one_that_is_right() -> None:
    """Else "200, the form again" would pass for "may"."""
    known = {row.removesuffix(" [filled in]") for row, _method in TABLE if "[filled in]" in row}
    for name in LEAVES:
        answers = set(TABLE[name, "POST"]) - LEADS_IN
        is_open = bool(answers - {"405", "403", "404"})
        if is_open and not is_only_shown(name):
            by_rows = name.endswith(("_recompute", "_put_on_plan"))
            assert name in known | BARE | OF_A_DEVICE or by_rows, (
                f"{name}: give it a body in tests/rights/bodies.py"
            )
    assert set(BODIES) <= set(LEAVES)
    assert set(LEAVES) >= BARE | OF_A_DEVICE


def test_a_right_body_is_taken_from_somebody() -> None:
    """A body that nobody may send is perhaps not right: then its row proves nothing."""
    taken = {row for row, _method, _column, answer in _cells(*table.COLUMNS) if _writes(answer)}
    filled = {row for row, _method in TABLE if row.endswith("[filled in]")}
    refused = {row for row in filled - taken if set(TABLE[row, "POST"]) - LEADS_IN - {"403"}}
    assert refused == NOT_TAKEN


# Right bodies that write nothing here, and why.
NOT_TAKEN = {
    f"{name} [filled in]"
    for name in (
        # a session is not a record
        "account_login", "account_reauthenticate", "portal:sign-in-code", "portal:choose-company",
        # nothing was set by hand or decided; the reset is asked for already
        "admin:attendance_attendanceday_release", "portal:inbox-take-back",
        "admin:companies_employee_reset_sign_in",
        # what is sent stands there already
        "admin:attendance_payrollcolumn_change",
        # it is not approved; nothing is asked back, or due; the file is only looked at
        "attendance:correction-cancel", "leave:request-cancel", "leave:request-answer",
        "admin:leave_ledgerentry_due_now", "admin:leave_ledgerentry_by_file",
        # something stands on the row
        "admin:companies_department_delete", "admin:companies_employee_delete",
        "admin:companies_office_delete", "admin:companies_shift_delete",
        "admin:companies_overtimepolicy_delete", "admin:companies_opening_delete",
    )
}  # fmt: skip


# --- who may not ----------------------------------------------------------------------------------
def test_who_is_not_signed_in_sees_what_is_public() -> None:
    opened = {
        name_of(row)
        for row, _method, _column, answer in _cells("nobody")
        if not is_door(row) and answer not in LEADS_IN
    }
    assert opened == PUBLIC


def test_looking_writes_nothing() -> None:
    for row, method, column, answer in _cells(*table.COLUMNS):
        if method in ("GET", "HEAD", "OPTIONS"):
            assert not _writes(answer), (row, method, column)


def test_methods_that_no_page_sends_write_nothing() -> None:
    for row, method, column, answer in _cells(*table.COLUMNS):
        if method in ODD:
            assert not _writes(answer), (row, method, column)


def test_whose_looks_are_written_down() -> None:
    looked: dict[str, set[str]] = {}
    for row, _method, column, answer in _cells(*table.COLUMNS):
        if answer.endswith(table.LOOKED):
            name = name_of(row)
            looked.setdefault("admin" if is_admin(name) else name, set()).add(column)
    assert looked == LOOKED


def test_every_look_of_an_operator_who_was_let_in_is_written_down() -> None:
    opened = [
        (row, answer)
        for row, method, _column, answer in _cells("supp")
        if method == "GET" and name_of(row).startswith("admin:") and answer.startswith("200")
    ]
    assert len(opened) > 50
    unseen = {row for row, answer in opened if not answer.endswith(table.LOOKED)}
    assert unseen == {"admin:jsi18n"}


_DECIDERS = {"mgr", "named", "deleg", "hr", "admin"}
LOOKED = {
    "attendance:photo": _DECIDERS | {"audit"},
    "attendance:reference": _DECIDERS | {"audit"},
    "attendance:team-day": _DECIDERS,
    "attendance:correction-attachment": _DECIDERS | {"audit"},
    "portal:payable-why": _DECIDERS | {"audit"},
    "leave:attachment": _DECIDERS | {"audit"},
    "portal:application-file": {"hr", "admin", "audit"},
    # Everybody's own list of decisions: in the other company, of that company's people.
    "portal:inbox": _DECIDERS | {"o-mgr", "o-hr", "o-adm"},
    "admin": {"hr", "admin", "audit", "supp"},
}


@pytest.mark.parametrize("column", ["audit", "supp"])
def test_who_only_reads_writes_nothing(column: str) -> None:
    # Which mails one gets, and that a file was taken: both are told to the audit.
    own = OF_THE_SIGN_IN | {
        "portal:own-data", "portal:notices", "portal:report-file", "portal:closing-payroll",
        "portal:closing-evidence",
    }  # fmt: skip
    own |= {name for name in LEAVES if name.startswith("operator:")} if column == "supp" else set()
    for row, _method, _column, answer in _cells(column):
        if name_of(row) not in own and not is_door(row):
            assert not _writes(answer), row


@pytest.mark.parametrize("column", ["self", "peer", "pin"])
def test_who_has_no_role_writes_their_own(column: str) -> None:
    written = {
        name_of(row)
        for row, _method, _column, answer in _cells(column)
        if _writes(answer) and not is_door(row)
    }
    assert written <= OWN_DEEDS


def test_a_pin_opens_less_than_a_password() -> None:
    own, pin = (dict(_by_row(column)) for column in ("self", "pin"))
    for asked, answer in pin.items():
        same = asked not in own or answer == own[asked]
        assert same or answer == "403", asked


def _by_row(column: str) -> Iterator[tuple[tuple[str, str], str]]:
    for row, method, _column, answer in _cells(column):
        yield (row, method), answer


@pytest.mark.parametrize("column", ["left", "lefthr", "off"])
def test_who_works_here_no_more_is_like_one_who_never_did(column: str) -> None:
    never = dict(_by_row("none"))
    for row, method, _column, answer in _cells(column):
        if name_of(row) not in OF_THE_PAST and not is_door(row) and (row, method) in never:
            assert answer == never[row, method], (row, method)


@pytest.mark.parametrize("column", OF_KIND["nowhere"])
def test_who_works_nowhere_writes_nothing_of_a_company(column: str) -> None:
    platform = {name for name in LEAVES if name.startswith("operator:")}
    for row, _method, _column, answer in _cells(column):
        if _writes(answer) and row != "door: /punch [the person's pass]":
            allowed = NOWHERE_DEEDS | (platform if column == "oper" else set())
            assert name_of(row) in allowed, row


@pytest.mark.parametrize("column", OF_KIND["elsewhere"])
def test_another_companys_people_reach_no_row(column: str) -> None:
    """Whatever names a row by its id answers as to one that never was: 404, 403, or led away."""
    refusals = {"403", "404", "405", "302 /admin/"}
    for row, method, _column, answer in _cells(column):
        if is_of_a_person(name_of(row)) if name_of(row) in LEAVES else False:
            # A link, and a phone that knows nobody, are the same for all.
            if name_of(row) not in PUBLIC:
                assert answer in refusals, (row, method)


def test_nobody_decides_about_themselves() -> None:
    """HR's own rows: a company admin decides there, HR does not."""
    decided = 0
    for (row, method), answers in TABLE.items():
        if row.endswith("[of HR]") and method == "POST" and _is_decision(name_of(row)):
            by_hr, by_admin = (answers[table.COLUMNS.index(c)] for c in ("hr", "admin"))
            assert not _writes(by_hr), row
            decided += _writes(by_admin)
    assert decided > 8


def _is_decision(name: str) -> bool:
    """Return whether it changes what somebody is paid for, or may do."""
    if not is_admin(name):
        return name in ("attendance:attest", "portal:inbox-decide")
    kinds = ("attendance_attendanceday_", "attendance_punchstate_", "companies_rolegrant_",
             "companies_employee_set_day", "companies_employee_add_punch",
             "companies_employee_cover_days")  # fmt: skip
    return name.partition(":")[2].startswith(kinds)
