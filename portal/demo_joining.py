"""A company that asks to join waits for the demo's operator."""

from __future__ import annotations

import datetime as dt
import uuid

from companies import services


def ask_to_join(now: dt.datetime) -> None:
    """Let a company ask, and confirm its address, the day before."""
    then = now - dt.timedelta(days=1)
    asked = services.join_ask(
        token=uuid.uuid4(), email="nima@yak.example", client="demo", now=then,
        company_name="Yak Trekking", country="NP", size="50", name="Nima Sherpa",
        domain="yak.example", locale="en",
        message="We begin with our office in Pokhara; the guides follow in spring.",
    )  # fmt: skip
    services.join_confirm(asked=asked, now=then)
