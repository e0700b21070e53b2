"""A purge that is committed, or broken off, takes its permit with it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from companies import integrity
from companies.actor import job_actor
from companies.models import ShiftVersion
from tests.companies.rows import filled, raw


class Stop(Exception):
    """What goes wrong inside a purge."""


@pytest.mark.django_db(transaction=True)
def test_the_permit_of_a_committed_purge_is_gone() -> None:
    company, by = filled().company, job_actor("retention")
    rows = ShiftVersion._base_manager.order_by("pk")

    def refused(table: str) -> None:
        with pytest.raises(IntegrityError) as refusal, transaction.atomic():
            raw(f'DELETE FROM "{table}"')
        assert str(refusal.value).startswith(f"muster:append_only:{table}")

    with pytest.raises(Stop), integrity.purge(by=by, reason="a test", subject=company):
        raise Stop
    refused("companies_shiftversion")
    with integrity.purge(by=by, reason="a test", subject=company):
        rows._raw_delete("default")
    assert not rows.exists()
    refused("companies_policyversion")
