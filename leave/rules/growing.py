"""A sequence that grows at its end, without copying what is there: the books of a long run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class Growing(Sequence[T], Generic[T]):
    """Never changes; `with_more` costs what is added, for whoever adds to the longest.

    One list holds the items of all that grew out of each other, each knows how many are its own.
    Who adds to one that has been added to already gets a list of its own.
    """

    __slots__ = ("_count", "_items")

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items = list(items)
        self._count = len(self._items)

    def with_more(self, more: Iterable[T]) -> Growing[T]:
        """These, and more after them."""
        added = list(more)
        if not added:
            return self
        grown: Growing[T] = Growing()
        grown._items = self._items if len(self._items) == self._count else [*self]
        grown._items += added
        grown._count = self._count + len(added)
        return grown

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return islice(self._items, self._count)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return [self._items[place] for place in range(*index.indices(self._count))]
        return self._items[range(self._count)[index]]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Growing | tuple | list):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
