"""Who is away and who is not in yet: for whoever asks, and for the morning digest.

What kind of leave it is says only who may know: those who answer for the person, and everybody
where the type is open (`is_told`, which the pages ask). To others they are away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.permissions import can_manage_team
from attendance.rules import zones
from attendance.selectors.people import zone_of
from attendance.selectors.settings import company_settings
from attendance.selectors.team import Member, Standing, team_today
from attendance.team_pages import title_of
from companies.models import Company, Employee
from companies.selectors import here_on, team_of
from companies.slack import Ask, Said, page
from integrations.slack import blocks
from leave import phrases
from leave.rules.years import Dates
from leave.selectors.off import Stretch, approved_days, is_told, near_team, stretches
from leave.terms import LeaveSettings, leave_settings

# Of more people, so many are named.
_MOST_NAMED: Final = 40
_NOT_IN: Final = (Standing.MISSING, Standing.NOT_YET)


@dataclass(frozen=True)
class Away:
    """What is listed: who is off today, and groups of people by where they stand."""

    off: list[Stretch]
    members: list[Member]
    known: frozenset[int]  # whose kind of leave may be told

    def of(self, standing: Standing) -> list[Member]:
        return [member for member in self.members if member.standing == standing]

    @property
    def unexplained(self) -> list[Member]:
        """Return who is on leave by a mark that no request stands behind."""
        asked = {each.request.employee_id for each in self.off}
        return [m for m in self.of(Standing.ON_LEAVE) if m.employee.pk not in asked]


def _off_on(people: Q, date: dt.date) -> list[Stretch]:
    rows = approved_days(people, Dates(date, date))
    return [each for each in stretches(rows) if each.first <= date <= each.last]


# --- to whoever asks ------------------------------------------------------------------------------
def who(ask: Ask) -> Said:
    """Say who of the own team is away today; who answers for others reads who is not in yet."""
    company = ask.workspace.company
    today = zones.local_date(ask.at, zone_of(ask.employee, ask.at))
    team: list[Employee] = []
    if can_manage_team(ask.actor):
        team = list(team_of(ask.actor, on=today))
    below = frozenset(person.pk for person in team)
    people = near_team(ask.actor, on=today) | Q(pk__in=below)
    found = Away(
        off=_off_on(people & ~Q(pk=ask.employee.pk), today),
        members=team_today(company=company, employees=team, now=ask.at) if team else [],
        known=below,
    )
    lines = _lines(found, leave_settings(company), today, _NOT_IN)
    if not lines:
        lines = [_("Nobody of your team is away.")]
    url = reverse("attendance:team") if team else reverse("leave:overview")
    return Said("\n".join([*lines, blocks.link(page(url), _("Open in Muster"))]))


# --- every morning --------------------------------------------------------------------------------
def digest(company: Company, now: dt.datetime) -> Said:
    """Return what a channel reads in the morning: what is private stays so for everybody there."""
    policy = company_settings(company).policy_on(now.date())
    today = zones.local_date(now, policy.zone)
    everybody = list(here_on(today))
    found = Away(
        off=_off_on(Q(pk__in=here_on(today).values("pk")), today),
        members=team_today(company=company, employees=everybody, now=now),
        known=frozenset(),
    )
    lines = _lines(found, leave_settings(company), today, (Standing.MISSING,))
    text = "\n".join(lines) if lines else _("Nobody is away or missing.")
    title = _("Today, %(date)s") % {"date": phrases.date_text(today, today)}
    return Said(f"{title}\n{text}", [blocks.section(f"*{title}*"), blocks.section(text)])


# --- words ----------------------------------------------------------------------------------------
def _lines(
    found: Away, settings: LeaveSettings, today: dt.date, standings: Iterable[Standing]
) -> list[str]:
    off = [_off_words(each, settings, today, found.known) for each in found.off]
    off += [_named(member, _("away")) for member in found.unexplained]
    lines = _group(_("Away"), sorted(off))
    for standing in standings:
        names = [blocks.escaped(member.employee.name) for member in found.of(standing)]
        lines += _group(title_of(standing), names)
    return lines


def _named(member: Member, words: str) -> str:
    return f"{blocks.escaped(member.employee.name)} ({words})"


def _off_words(
    each: Stretch, settings: LeaveSettings, today: dt.date, known: Collection[int]
) -> str:
    may_know = each.request.employee_id in known or is_told(each, settings)
    kind = settings.types[each.request.leave_type_id].name if may_know else _("away")
    words = [blocks.escaped(kind)]
    part = phrases.parts_text(each.request, [d for d in each.days if d.date == today], today)
    if part:
        words.append(part)
    if each.last > today:
        words.append(_("until %(date)s") % {"date": phrases.date_text(each.last, today)})
    return f"{blocks.escaped(each.days[0].employee.name)} ({', '.join(words)})"


def _group(title: str, names: list[str]) -> list[str]:
    if not names:
        return []
    shown, more = names[:_MOST_NAMED], len(names) - _MOST_NAMED
    if more > 0:
        shown.append(ngettext("%(n)d more", "%(n)d more", more) % {"n": more})
    return [f"*{title}*: {', '.join(shown)}"]
