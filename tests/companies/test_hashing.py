"""What is hashed slowly is hashed before the transaction: on SQLite nobody writes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from pytest_django import Settings

from companies import links, services
from companies.scoping import company_scope
from tests.attendance.world import World
from tests.companies.test_links import token_of

PASSWORD = "a good long password"


class Watched(MD5PasswordHasher):
    """Notes how many transactions were open around each hash, beside the test's own."""

    algorithm = "watched"
    depths: ClassVar[list[int]] = []

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        self.depths.append(len(connection.savepoint_ids))
        encoded: str = super().encode(password, salt)
        return encoded


def _pin(world: World) -> None:
    with company_scope(world.company):
        services.pin_set(employee=world.maya, pin="735924", by=world.actor(world.maya))


def _link(world: World) -> None:
    public_id, token = token_of(links.sign_in_link(world.maya.user))
    services.password_set(public_id=public_id, token=token, password=PASSWORD)


def _change(world: World) -> None:
    services.password_change(user=world.maya.user, password=PASSWORD, by=world.actor(world.maya))


@pytest.mark.parametrize("deed", [_pin, _link, _change])
def test_nothing_is_hashed_inside_a_transaction(
    world: World, settings: Settings, deed: Callable[[World], None]
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Watched"]
    Watched.depths.clear()
    deed(world)
    assert Watched.depths == [0]
