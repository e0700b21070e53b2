"""What a punch journal takes and gives: items of opaque ids, instants and codes; never a name.

An item belongs to a tap of a person: the punch itself, its picture's whereabouts (apart, so that
they can be deleted), and entries, what was said of it since. The first punch and the first picture
of a tap stand; a second arrival gets the first one's.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, NamedTuple, Protocol

from integrations.errors import Rejected

MALFORMED = "journal_malformed"
# What a list says of a punch itself; of an entry it says the entry's key.
PUNCH = "punch"

# The journal notes where a picture lies for so long; the records keep their own dates.
NOTED: Final = dt.timedelta(days=14)


class TapKey(NamedTuple):
    """Public ids of company and engagement, and the tap's own."""

    company: str
    employee: str
    tap_id: str


@dataclass(frozen=True, kw_only=True)
class PunchItem:
    """A punch as it was recorded; the words are those of `attendance.enums`."""

    company: str
    employee: str
    tap_id: str
    public_id: str
    occurred_at: dt.datetime
    zone: str
    utc_offset_minutes: int
    device_at: dt.datetime | None
    direction: str
    source: str
    no_frame: str
    has_frame: bool

    @property
    def key(self) -> TapKey:
        return TapKey(self.company, self.employee, self.tap_id)


@dataclass(frozen=True, kw_only=True)
class FrameItem:
    """Where the picture of a punch lies, or why it could not be stored; gone after `expires_at`."""

    company: str
    employee: str
    tap_id: str
    occurred_at: dt.datetime
    storage_key: str
    sha256: str
    size: int
    problem: str
    expires_at: dt.datetime

    @property
    def key(self) -> TapKey:
        return TapKey(self.company, self.employee, self.tap_id)


@dataclass(frozen=True, kw_only=True)
class EntryItem:
    """Something said of a punch: codes only. Reasons in words and names stay in the records."""

    company: str
    employee: str
    tap_id: str
    key_of_entry: str
    kind: str
    values: dict[str, Any]
    by_kind: str
    by_id: str
    occurred_at: dt.datetime

    @property
    def key(self) -> TapKey:
        return TapKey(self.company, self.employee, self.tap_id)


Item = PunchItem | FrameItem | EntryItem


@dataclass(frozen=True)
class TapItems:
    """All that the journal has of one tap; entries may be there before their punch."""

    key: TapKey
    punch: PunchItem | None = None
    frame: FrameItem | None = None
    entries: tuple[EntryItem, ...] = field(default=())


class Listed(NamedTuple):
    """One line of the list by day: of which tap, and which item: `punch` or an entry's key."""

    key: TapKey
    item: str


class Journal(Protocol):
    """Each call may raise `Unavailable` or `Misconfigured`; nothing is half written then."""

    def hit(self, company: str, employee: str, *, limit: int, now: dt.datetime) -> bool:
        """Count one check-in of the person in this minute; return whether it is within `limit`."""

    def put_punch(self, item: PunchItem) -> PunchItem | None:
        """Write the punch unless its tap has one; return the one that stands in its way.

        The very same again is none: an answer was lost, and this is the retry.
        """

    def put_frame(self, item: FrameItem) -> FrameItem | None:
        """Write the picture's whereabouts likewise."""

    def put(self, item: Item) -> None:
        """Write what was decided or recorded elsewhere; of two punches the earlier one stands."""

    def delete_frame(self, key: TapKey) -> None:
        """Forget the picture's whereabouts; also if there are none."""

    def tap(self, key: TapKey) -> TapItems:
        """Return all of one tap, as it stands now.

        Raises:
            Rejected: `journal_malformed`, what stands there cannot be read.
        """

    def since(self, moment: dt.datetime, until: dt.datetime) -> Iterator[list[Listed]]:
        """Yield what was said from `moment` on, oldest day first, in lists of at most 100."""


_KINDS: dict[str, type[Item]] = {PUNCH: PunchItem, "frame": FrameItem, "entry": EntryItem}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_INSTANTS = ("occurred_at", "device_at", "expires_at")
_TYPES = {"size": int, "utc_offset_minutes": int, "has_frame": bool, "values": dict}
_IDS = ("company", "employee", "tap_id", "public_id")


def to_json(item: Item) -> dict[str, Any]:
    """Return the item as JSON can say it; `from_json` reads it back."""
    said = {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name, value in asdict(item).items()
    }
    return {"is": _NAMES[type(item)], **said}


def from_json(said: dict[str, Any]) -> Item:
    """Return the item that `to_json` made this of.

    Raises:
        Rejected: `journal_malformed`.
    """
    try:
        kind = _KINDS[said["is"]]
        item = kind(**{one.name: _read(one.name, said[one.name]) for one in fields(kind)})
    except (KeyError, TypeError, ValueError) as error:
        raise Rejected(MALFORMED) from error
    return item


def _read(name: str, value: Any) -> Any:
    if name in _INSTANTS:
        if value is None and name == "device_at":
            return None
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(name)
        return moment
    if name in _IDS:
        return str(uuid.UUID(value))
    if not isinstance(value, _TYPES.get(name, str)):
        raise TypeError(name)
    return value
