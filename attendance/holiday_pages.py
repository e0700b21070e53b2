"""What the card of optional holidays shows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from attendance.pages import short_date
from attendance.selectors.holidays import HolidayYear


def holiday_year(year: HolidayYear) -> dict[str, Any]:
    """Return a year's card: each optional holiday, and whether it can be picked or given back."""
    return {
        "year": year.year,
        "offers": [
            {
                "name": offer.day.name,
                "date_text": short_date(offer.day.date),
                "is_picked": offer.pick is not None,
                "can_pick": offer.is_future and not offer.pick and year.left(offer.day.date) > 0,
                "can_give_back": offer.is_future and offer.pick is not None,
                "url": reverse("attendance:holiday", args=[offer.day.public_id]),
            }
            for offer in year.offers
        ],
        "picked": year.picked_count,
        "quota": year.quota(max(offer.day.date for offer in year.offers)),
    }
