"""No form of another page is taken, from anybody."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.rights.addresses import LEAVES, address
from tests.rights.stand import Stand
from tests.rights.walk import unseen

WHO = ("nobody", "self", "hr", "oper")
# What comes there is signed by who sends it: no page of ours has a form for it.
SIGNED = {"portal:slack-commands", "portal:slack-interactions", "portal:slack-events"}


@pytest.mark.parametrize("who", WHO)
def test_no_form_of_another_page_is_taken(stand: Stand, who: str) -> None:
    client = Client(enforce_csrf_checks=True)
    person = stand.users()[who]
    if person is not None:
        client.force_login(person)
    maya = stand.ours.people["self"]
    with unseen():
        answers = {
            name: client.post(str(address(name, stand.ours, maya))).status_code for name in LEAVES
        }
    assert {name: said for name, said in answers.items() if said != 403} == dict.fromkeys(
        SIGNED, 401
    )
