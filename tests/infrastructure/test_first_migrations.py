"""The first migrations make each table with its constraints at once."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import migrations, models
from django.db.models.functions import Lower

from infrastructure.first_migrations import APPS, NAME, folded


@pytest.mark.parametrize("app", APPS)
def test_each_table_is_made_with_what_holds_of_it(app: str) -> None:
    operations = import_module(f"{app}.migrations.{NAME}").Migration.operations
    assert folded(list(operations)) == operations, "Run `make first-migrations`."


def test_what_stands_on_a_field_added_later_stays_after_it() -> None:
    on_its_own = models.UniqueConstraint("name", name="own")
    on_a_later_one = models.UniqueConstraint(Lower("place"), name="later")
    through_it = models.CheckConstraint(
        condition=models.Q(place__isnull=False) | models.Q(name="x"), name="through"
    )
    office = migrations.CreateModel("Office", [("name", models.CharField(max_length=9))])
    other = migrations.CreateModel(
        "Desk", [("office", models.ForeignKey("Office", models.PROTECT))]
    )
    added = migrations.AddField("Office", "place", models.CharField(max_length=9))
    apart = [
        migrations.AddConstraint("Office", constraint)
        for constraint in (on_its_own, on_a_later_one, through_it)
    ]
    found = folded([office, other, added, *apart])
    assert found[1:] == [other, added, *apart[1:]]
    assert found[0].options == {"constraints": [on_its_own]}
    assert office.options == {}
