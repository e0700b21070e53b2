"""What leave offers in Slack: asking in a form, deciding in the message, who is away."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy

from companies.slack import Command, Form, Offers
from leave.slack import asking, deciding
from leave.slack.away import who

OFFERS: Final = Offers(
    commands={
        "who": Command(gettext_lazy("Who of your team is away, or not in yet"), who),
    },
    forms={
        "leave": Form(
            opens=asking.opens, change=asking.change, send=asking.send, finish=asking.finish,
            button=gettext_lazy("Ask for leave"), help=gettext_lazy("Ask for leave, in a form"),
        ),
        deciding.REFUSING: Form(
            opens=deciding.opens, send=deciding.check, finish=deciding.refuse,
            button=gettext_lazy("Refuse…"),
        ),
    },
    buttons={
        "leave_approve": deciding.approve,
        "leave_tomorrow": deciding.snooze_to_tomorrow,
        "leave_later": deciding.snooze_three_days,
    },
    messages={deciding.KIND: deciding.told},
)  # fmt: skip
