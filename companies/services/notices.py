"""Which mails a person wants: said by the person alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from companies import audit, permissions
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import NoticeChoice, User
from companies.selectors import notice_choices


@transaction.atomic
def notices_choose(
    *, wanted: Mapping[str, bool], by: Actor, now: dt.datetime | None = None
) -> list[str]:
    """Keep which kinds of mail the actor wants in this company; return those that changed.

    The same again changes nothing, and is told to nobody.

    Raises:
        NotAllowed
    """
    if not permissions.can_choose_notices(by) or by.user is None or by.company is None:
        raise NotAllowed
    # Two tabs of one person wait for each other here.
    user = User.objects.select_for_update(of=("self",)).get(pk=by.user.pk)
    said = notice_choices(user)
    changed = sorted(kind for kind, wish in wanted.items() if said.get(kind, True) != wish)
    for kind in changed:
        NoticeChoice.objects.update_or_create(
            company=by.company,
            user=user,
            kind=kind,
            defaults={"is_wanted": wanted[kind], "chosen_at": now or timezone.now()},
        )
    if changed:
        changes = {kind: [said.get(kind, True), wanted[kind]] for kind in changed}
        audit.record(
            by=by, verb="notices_chosen", subject=user, company=by.company, changes=changes
        )
    return changed
