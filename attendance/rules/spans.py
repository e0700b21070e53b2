"""Arithmetic with stretches of time, each `[start, end)` in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from attendance.rules.zones import MINUTE, ZERO

HALF_MINUTE = dt.timedelta(seconds=30)


class Span(NamedTuple):
    """A stretch of time."""

    start: dt.datetime
    end: dt.datetime


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, overlapping ones made one; empty and reversed ones left out."""
    merged: list[Span] = []
    for span in sorted(spans):
        if span.end <= span.start:
            continue
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def subtract(spans: Iterable[Span], cuts: Iterable[Span]) -> tuple[Span, ...]:
    """What `cuts` leave of `spans`."""
    left = list(merge(spans))
    for cut in merge(cuts):
        left = [
            part
            for span in left
            for part in (
                Span(span.start, min(span.end, cut.start)),
                Span(max(span.start, cut.end), span.end),
            )
            if part.start < part.end
        ]
    return tuple(left)


def overlap(spans: Iterable[Span], others: Iterable[Span]) -> tuple[Span, ...]:
    """Where both are."""
    theirs = merge(others)
    return merge(
        Span(max(span.start, other.start), min(span.end, other.end))
        for span in merge(spans)
        for other in theirs
    )


def length(spans: Iterable[Span]) -> dt.timedelta:
    """Time the spans cover, none of it twice."""
    return sum((span.end - span.start for span in merge(spans)), ZERO)


def to_minutes(duration: dt.timedelta) -> int:
    """The nearest whole minute, an exact half down; never below 0."""
    whole, rest = divmod(max(duration, ZERO), MINUTE)
    return whole + (rest > HALF_MINUTE)
