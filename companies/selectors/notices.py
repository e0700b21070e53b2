"""Which mails people want."""

from __future__ import annotations

from collections.abc import Iterable

from companies.models import NoticeChoice, User


def wanting(people: Iterable[User], kind: str) -> list[User]:
    """Return who of these people wants that kind of mail, of the open company scope.

    One statement, however many people; whoever said nothing does.
    """
    found = list(people)
    if not found:
        return []
    declined = set(
        NoticeChoice.objects.filter(
            user__in=[user.pk for user in found], kind=kind, is_wanted=False
        ).values_list("user", flat=True)
    )
    return [user for user in found if user.pk not in declined]


def notice_choices(user: User) -> dict[str, bool]:
    """Return what the user said, by kind, in the open company scope."""
    return dict(NoticeChoice.objects.filter(user=user).values_list("kind", "is_wanted"))
