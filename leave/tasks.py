"""Scheduled work of leave: everything due up to now, late or twice with the same result."""

from __future__ import annotations

from django.utils import timezone

from companies.actor import job_actor
from companies.models.people import earliest_today
from companies.scoping import company_scope
from companies.sweeps import Failures, companies
from leave.selectors.reminders import claims_waiting_long, reminder_rules, waiting_long
from leave.services import attachments, runs
from leave.services.recounts import request_recount, stale
from leave.services.reminders import claim_remind, lapses_tell, request_remind


def leave_run() -> int:
    """Credit, carry over and lapse what is due, and count leave anew where days have changed.

    Return how many lines were written and requests counted.
    """
    now = timezone.now()
    # What lapses on a date is over once that date has begun everywhere.
    today = earliest_today(now)
    done, failures = 0, Failures()
    for company in companies():
        with company_scope(company):
            by = job_actor("leave_run", company)
            for keys in runs.batches(runs.with_books(company)):
                with failures.noted(f"people {keys[0]} to {keys[-1]}"):
                    done += runs.books_run(company=company, people=keys, until=today, by=by)
            for status in stale(now):
                with failures.noted(f"request {status.request.public_id}"):
                    done += bool(request_recount(request=status.request, by=by, now=now))
    failures.tell()
    return done


def leave_files() -> int:
    """Delete files of requests on their date, and files that no row names; return how many."""
    now = timezone.now()
    done, failures = 0, Failures()
    for company in companies():
        with company_scope(company), failures.noted(f"files of company {company.public_id}"):
            done += attachments.files_purge(company=company, now=now)
    failures.tell()
    return done + attachments.orphans_delete(now=now)


def leave_reminders() -> int:
    """Remind of leave that waits, and pass on what nobody decides; return how many steps it was.

    Claims of extra work are reminded of too; that is no step.
    """
    now = timezone.now()
    done, failures = 0, Failures()
    for company in companies():
        with company_scope(company):
            by = job_actor("leave_reminders", company)
            for item in waiting_long(company, now=now):
                request = item.status.request
                with failures.noted(f"request {request.public_id}"):
                    done += request_remind(request=request, by=by, now=now)
            for due in claims_waiting_long(company, now=now):
                with failures.noted(f"claim {due.claim.public_id}"):
                    claim_remind(item=due, now=now)
    failures.tell()
    return done


def leave_lapses() -> int:
    """Tell people what lapses soon; return how many of them and types it is."""
    today = earliest_today(timezone.now())
    told, failures = 0, Failures()
    for company in companies():
        with company_scope(company):
            rules = reminder_rules(today)
            for keys in runs.batches(runs.with_books(company) if rules.lapse_days else ()):
                with failures.noted(f"people {keys[0]} to {keys[-1]}"):
                    told += lapses_tell(company=company, people=keys, today=today, rules=rules)
    failures.tell()
    return told
