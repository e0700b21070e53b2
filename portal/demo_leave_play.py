"""The demo's leave happens: through the services, each as of its own day, in order.

Nothing is written past them, so that whatever the pages show was decided by the rules.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from companies.actor import Actor
from companies.enums import ActorKind, OutboxState, Role
from companies.models import Company, Department, Employee, Office, OutboxMessage
from companies.services import delegation_add
from leave.enums import Unit
from leave.models import BlockDate, Closure, LeastCover, LeavePlan, LeaveRequest, LeaveType
from leave.selectors.scenes import Asked
from leave.services import books, closures, comp_off, decisions, plans, requests, runs, settings
from leave.services.starters import starter_apply
from portal import demo_leave
from portal.demo_leave import BY_HOUR, CLAIMS, HOURS, Away, Script

HR = "Hari Prasad Koirala"
_MANAGERS = {
    "Engineering": "Asha Shrestha",
    "Design": "Manoj Karki",
    "Support": "Alice Bennett",
}
_PLANS = {
    "Kathmandu": ("Home leave by the month", "Sick leave"),
    "London": ("Annual leave",),
}
_OPENING = {"Asha Shrestha": "14", "Maya Gurung": "6.5", "Tara Joshi": "9"}
_HAVE_HOURS = ("Maya Gurung", "Asha Shrestha", "Bikram Thapa", "Kiran Maharjan")
_DAY = dt.timedelta(days=1)
_NOON = dt.time(6, 15, tzinfo=dt.UTC)  # in Kathmandu
# Whoever is away first has earned enough by then.
_EARNED = dt.timedelta(days=540)
# Managers have their role since then; before it, HR decided.
_MANAGED = dt.timedelta(days=60)


class Play:
    """Everything that happens to the demo's leave, by whoever does it."""

    def __init__(
        self, company: Company, people: dict[str, Employee], script: Script, now: dt.datetime
    ) -> None:
        self.company, self.people, self.script, self.now = company, people, script, now
        self.requests: dict[str, LeaveRequest] = {}
        self.types: dict[str, LeaveType] = {}
        self.hr = self._actor(HR, Role.HR, Role.COMPANY_ADMIN)

    def run(self) -> None:
        """Let all of it happen."""
        self._policies()
        self._entered()
        self._delegate()
        month = None
        for date, item, step in sorted(demo_leave.chronicle(self.script), key=lambda it: it[0]):
            if date.replace(day=1) != month:
                # As the hourly job did: credits and lapses of a month stand before it is used.
                self._books_to(date)
                month = date.replace(day=1)
            self._do(date, item, step)
        self._books_to(self.script.today)
        self._forget_old_mail()
        self._close()
        self._claim()

    # --- who ------------------------------------------------------------------------------------
    def _actor(self, name: str, *roles: Role) -> Actor:
        employee = self.people[name]
        user = employee.user
        assert user is not None  # noqa: S101  # the demo gave everybody one
        return Actor(
            kind=ActorKind.PERSON, id=str(user.public_id), name=employee.name, user=user,
            company=self.company, employee=employee, roles=frozenset(roles), channel="demo",
        )  # fmt: skip

    def _decider(self, item: Away, date: dt.date) -> Actor:
        """Return who decides: a manager of the people's own department, or HR."""
        if item.wish.by:
            return self._actor(item.wish.by, Role.MANAGER)
        department = item.employee.placements.values_list("department__name", flat=True).get()
        name = _MANAGERS.get(department, HR)
        if name in (HR, item.employee.name) or date < self.script.today - _MANAGED:
            return self.hr
        return self._actor(name, Role.MANAGER)

    def _at(self, date: dt.date) -> dt.datetime:
        """Return the moment of something on a date; nothing happens after now."""
        return min(dt.datetime.combine(date, _NOON), self.now)

    # --- what the company has -------------------------------------------------------------------
    def _policies(self) -> None:
        company, by = self.company, self.hr
        starter_apply(company=company, country="NP", by=by, has_days_off=False)
        starter_apply(company=company, country="GB", only=("AL", "SICK"), has_days_off=False, by=by)
        optional = settings.type_add(
            company=company, name="Optional holiday", code="OH", colour="#8a6d1f", by=by,
            basis="The company's own: two a year out of its list.",
        )  # fmt: skip
        days = self.script.workdays["Tara Joshi"]
        settings.type_version_set(
            leave_type=optional, by=by, unit=Unit.DAY,
            only_on=[days[number].isoformat() for number in demo_leave.OPTIONAL],
        )  # fmt: skip
        hours = settings.type_add(
            company=company, name="Personal hours", code=BY_HOUR, colour="#3b6ea5", by=by,
            basis="The company's own: two days a year, by the hour.",
        )  # fmt: skip
        settings.type_version_set(
            leave_type=hours, by=by, unit=Unit.HOUR, most_per_request=Decimal(4)
        )
        self.types = {row.code: row for row in LeaveType.objects.all()}
        # What was just written raised the company's revision.
        self.company.refresh_from_db()
        for employee in self.people.values():
            employee.company = self.company

    def _entered(self) -> None:
        """Put everybody on their plans; enter what they brought along, and what HR gives."""
        began = (self.script.today - _EARNED).replace(month=1, day=1)
        chosen = {plan.name: plan for plan in LeavePlan.objects.select_related("leave_type")}
        for employee in self.people.values():
            office = employee.placements.values_list("office__name", flat=True).get()
            for name in _PLANS[office]:
                plans.plan_assign(
                    employee=employee, plan=chosen[name], by=self.hr,
                    starts_on=max(began, employee.joined_on),
                )  # fmt: skip
        for name, amount in _OPENING.items():
            self._grant(name, "HL", amount, "Brought along from the old sheet", began)
        since, until = self.script.today - 90 * _DAY, self.script.today + 270 * _DAY
        for name in _HAVE_HOURS:
            self._grant(name, BY_HOUR, "16", "Personal hours of the year", since, until)
        self._grant("Tara Joshi", "OH", "2", "Optional holidays of the year", since, until)
        books.adjustment_add(
            employee=self.people["Maya Gurung"], leave_type=self.types["HL"], amount=Decimal(1),
            reason="Worked at the trade fair", allocation="grant:opening", by=self.hr,
            effective_on=began + 60 * _DAY,
        )  # fmt: skip
        self._dates()

    def _grant(
        self, name: str, code: str, amount: str, reason: str, first: dt.date,
        last: dt.date | None = None,
    ) -> None:  # fmt: skip
        employee = self.people[name]
        books.grant_give(
            employee=employee, leave_type=self.types[code], amount=Decimal(amount),
            starts_on=max(first, employee.joined_on), ends_on=last, reason=reason, by=self.hr,
            key="grant:opening" if last is None else "",
        )  # fmt: skip

    def _dates(self) -> None:
        """Enter when nobody of a department is to be away, and how many are to be there."""
        engineering = Department.objects.get(name="Engineering")
        days = self.script.workdays["Maya Gurung"]
        first, last = (days[number] for number in demo_leave.BLOCKED)
        BlockDate.objects.create(
            company=self.company, name="Release of the winter menu", first_on=first, last_on=last,
            department=engineering,
        )  # fmt: skip
        LeastCover.objects.create(company=self.company, department=engineering, people=6)

    def _books_to(self, date: dt.date) -> None:
        people = runs.with_books(self.company)
        runs.books_run(company=self.company, people=people, until=date, by=self.hr)

    # --- what people ask for --------------------------------------------------------------------
    def _do(self, date: dt.date, item: Away, step: str) -> None:
        moment, key = self._at(date), item.wish.key
        if step == "ask":
            self.requests[key] = self._ask(item, moment)
            return
        request, me = self.requests[key], self._actor(item.wish.who)
        if step == "move":
            self.requests[key] = requests.request_change(
                request=request, asked=self._asked(item, *item.later), by=me, now=moment
            )
        elif step == "withdraw":
            requests.request_withdraw(request=request, by=me, now=moment)
        elif step == "ask_to_cancel":
            requests.cancel_ask(request=request, by=me, reason=item.wish.words, now=moment)
        else:
            self._decide(item, step, date)

    def _decide(self, item: Away, step: str, date: dt.date) -> None:
        request, moment, by = (
            self.requests[item.wish.key],
            self._at(date),
            self._decider(item, date),
        )
        if step == "refuse":
            decisions.request_refuse(request=request, by=by, reason=item.wish.words, now=moment)
        elif step == "ask_back":
            decisions.request_ask_back(request=request, by=by, reason=item.wish.words, now=moment)
        else:
            decisions.request_approve(request=request, by=by, now=moment)

    def _ask(self, item: Away, moment: dt.datetime) -> LeaveRequest:
        return requests.request_submit(
            employee=item.employee, asked=self._asked(item, item.first, item.last),
            by=self._actor(item.wish.who), over=self.requests.get(item.wish.over), now=moment,
        )  # fmt: skip

    def _asked(self, item: Away, first: dt.date, last: dt.date) -> Asked:
        wish = item.wish
        starts_at, ends_at = HOURS if wish.code == BY_HOUR else (None, None)
        return Asked(
            leave_type=self.types[wish.code], first_on=first, last_on=last, first_part=wish.part,
            last_part=wish.part, starts_at=starts_at, ends_at=ends_at, note=wish.note,
            handover_note=wish.handover,
        )  # fmt: skip

    # --- what belongs to now --------------------------------------------------------------------
    def _delegate(self) -> None:
        """Let Asha decide for Manoj's people while he is away."""
        away = next(item for item in self.script.away if item.wish.key == "Manoj Karki HL -1")
        delegation_add(
            giver=away.employee, delegate=self.people["Asha Shrestha"], starts_on=away.first,
            ends_on=away.last, by=self._actor("Manoj Karki", Role.MANAGER), reason="On leave",
        )  # fmt: skip

    def _forget_old_mail(self) -> None:
        """Let nobody be told today what was decided months ago: it was told then."""
        OutboxMessage.objects.filter(
            state=OutboxState.QUEUED, template__startswith="leave/"
        ).delete()

    def _close(self) -> None:
        """Book a day on which the office in London is closed."""
        date = self.script.workdays["Grace Hughes"][demo_leave.CLOSED]
        closure = Closure.objects.create(
            company=self.company, name="The office is moved", first_on=date, last_on=date,
            leave_type=self.types["AL"], office=Office.objects.get(name="London"),
        )  # fmt: skip
        closures.closure_book(closure=closure, by=self.hr, now=self.now)

    def _claim(self) -> None:
        """Let who worked on a day off ask for it back."""
        for name, outcome in CLAIMS.items():
            claim = comp_off.comp_off_claim(
                leave_type=self.types["SUB"], date=self.script.day_off, amount=Decimal(1),
                by=self._actor(name), note="The delivery could not wait.",
            )  # fmt: skip
            if outcome == "approved":
                comp_off.comp_off_decide(
                    claim=claim, is_approved=True, by=self._actor("Alice Bennett", Role.MANAGER)
                )
