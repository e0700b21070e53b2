"""Halves, the status they make, and the code that names them."""

import pytest

from attendance.enums import DayStatus as S
from attendance.rules import codes
from attendance.rules.codes import Halves, code_of, read, status_of
from attendance.rules.errors import InvalidInput
from attendance.rules.types import DayKind, DayType, Half, HalfKind

CL, SL = Half(HalfKind.LEAVE, "CL"), Half(HalfKind.LEAVE, "SL")

NAMED: list[tuple[Halves, S, str]] = [
    ((codes.PRESENT, codes.PRESENT), S.PRESENT, "P"),
    ((codes.ABSENT, codes.ABSENT), S.ABSENT, "A"),
    (codes.HALF_WORKED, S.HALF_DAY, "HD"),
    ((CL, CL), S.ON_LEAVE, "CL"),
    ((CL, SL), S.ON_LEAVE, "½CL·½SL"),
    ((codes.UNNAMED_LEAVE, codes.UNNAMED_LEAVE), S.ON_LEAVE, "L"),
    ((CL, codes.PRESENT), S.HALF_DAY, "½CL·½P"),
    ((codes.ABSENT, CL), S.HALF_DAY, "½A·½CL"),
    ((codes.UNNAMED_LEAVE, codes.PRESENT), S.HALF_DAY, "½L·½P"),
    ((CL, codes.HOLIDAY), S.HALF_DAY, "½CL·½H"),
    ((codes.ON_DUTY, codes.PRESENT), S.PRESENT, "½OD·½P"),
    ((codes.WORK_FROM_HOME, codes.WORK_FROM_HOME), S.WORK_FROM_HOME, "WFH"),
    ((codes.HOLIDAY, codes.WORK_FROM_HOME), S.WORK_FROM_HOME, "½H·½WFH"),
    ((codes.HOLIDAY, codes.HOLIDAY), S.HOLIDAY, "H"),
    ((codes.WEEKLY_OFF, codes.WEEKLY_OFF), S.WEEKLY_OFF, "WO"),
    ((codes.INCOMPLETE, codes.INCOMPLETE), S.INCOMPLETE, "INC"),
    ((CL, codes.INCOMPLETE), S.INCOMPLETE, "½CL·½INC"),
    ((codes.UNMARKED, codes.UNMARKED), S.UNMARKED, "UN"),
]


@pytest.mark.parametrize(
    ("halves", "status", "code"), NAMED, ids=[f"{status.name} {code}" for _, status, code in NAMED]
)
def test_status_and_code_of_halves_read_back(halves: Halves, status: S, code: str) -> None:
    assert (status_of(halves, is_day_off=False), code_of(halves)) == (status, code)
    assert read(status, code) == halves


@pytest.mark.parametrize(
    ("status", "halves"),
    [
        (None, (codes.OPEN, codes.OPEN)),
        (S.HALF_DAY, codes.HALF_WORKED),
        (S.PRESENT, (codes.PRESENT, codes.PRESENT)),
        (S.ON_LEAVE, (codes.UNNAMED_LEAVE, codes.UNNAMED_LEAVE)),
    ],
)
def test_read_without_a_code_takes_the_status(status: S | None, halves: Halves) -> None:
    assert read(status, "") == halves


@pytest.mark.parametrize("code", ["½CL", "½CL·½P·½P"])
def test_read_refuses_what_has_not_two_halves(code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(S.HALF_DAY, code)
    assert (refused.value.code, refused.value.values) == ("bad_code", {"value": code})


def test_code_of_an_open_half_is_empty() -> None:
    assert code_of((CL, codes.OPEN)) == ""


@pytest.mark.parametrize(
    ("day_type", "halves"),
    [
        (DayType.WORKING, (codes.UNMARKED, codes.UNMARKED)),
        (DayType.WEEKLY_OFF, (codes.WEEKLY_OFF, codes.WEEKLY_OFF)),
        (DayType.HOLIDAY, (codes.HOLIDAY, codes.HOLIDAY)),
        (DayType.HALF_HOLIDAY_AM, (codes.HOLIDAY, codes.UNMARKED)),
        (DayType.HALF_HOLIDAY_PM, (codes.UNMARKED, codes.HOLIDAY)),
    ],
)
def test_without_row_a_date_is_off_where_the_calendar_says_so(
    day_type: DayType, halves: Halves
) -> None:
    assert codes.without_row(DayKind(day_type)) == halves
