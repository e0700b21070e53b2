"""The face engine on AWS: Amazon Rekognition, one collection of faces for each company.

A template of an enrolment is `collection:face id`; of a check-in it is the picture itself, made
anew, which is searched with. The service is told a company's public id and pictures, and nothing
else: no name, no person's id. No client is made before the first call.
"""

from __future__ import annotations

import datetime as dt
import enum
import itertools
import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.utils import timezone

from integrations import photos, picture_headers
from integrations.errors import Misconfigured, Rejected
from integrations.faces import rekognition_looks as looks
from integrations.faces.protocol import (
    Advice,
    FaceMatch,
    FacePose,
    FaceReading,
    KeptFace,
    Outcome,
    Purpose,
    Reason,
    Reference,
    Roster,
)
from integrations.faces.rekognition_calls import call, is_missing

NAME: Final = "rekognition"
# With the id of a company and of a face it fits the column of 120; with the layout, that of 40.
PREFIX: Final = re.compile(r"[a-zA-Z0-9_.\-]{1,36}")
# What follows the prefix in `version`: how a template of this engine is written.
_LAYOUT: Final = "1"
_FACE_NAME: Final = re.compile(r"([a-zA-Z0-9_.\-]{1,255}):([0-9a-f\-]{36})")
_STAMP: Final = "%Y%m%dT%H%M%SZ"
# The service's own bound on a picture that is sent as bytes; boto does not check it.
MOST_BYTES: Final = 5 * 1024 * 1024
# Three faces a person: whoever is beyond these is not near.
_MOST_MATCHES: Final = 100
_MOST_DELETED: Final = 1000


class Match(enum.StrEnum):
    """How a check-in is compared: with everybody of the collection, or with one picture."""

    SEARCH = "search"
    COMPARE = "compare"


class FaceRoster:
    """Whose face each id of a collection is."""

    def __init__(self, entries: Iterable[tuple[str, Sequence[bytes]]]) -> None:
        self._people: dict[str, str] = {}
        self._collections: dict[str, str] = {}
        for person, templates in entries:
            for template in templates:
                collection, face = _parts(template)
                self._people[face] = person
                self._collections[person] = collection

    def __len__(self) -> int:
        return len(self._collections)

    def __contains__(self, person: object) -> bool:
        return person in self._collections

    def __repr__(self) -> str:
        return f"<FaceRoster of {len(self)}>"

    def collection(self, person: str) -> str:
        """Return where the person's faces are kept.

        Raises:
            KeyError: the person is not in the roster.
        """
        return self._collections[person]

    def nearest(self, found: Sequence[dict[str, Any]], *, person: str) -> tuple[float | None, bool]:
        """Return the person's best likeness among what was found, and whether nobody's is better.

        Faces that no row names any more are nobody's.
        """
        best: dict[str, float] = {}
        for match in found:
            who = self._people.get(match["Face"]["FaceId"])
            if who is not None:
                best[who] = max(best.get(who, 0.0), float(match["Similarity"]))
        own = best.get(person)
        return own, own is not None and own >= max(best.values())


class RekognitionEngine:
    """Reads, keeps and compares faces by the service, within the account's allowance.

    Raises, when made:
        Misconfigured: `rekognition_prefix_invalid`, `rekognition_match_invalid`,
            `rekognition_tps_invalid`.
    """

    name: Final = NAME
    is_hosted: Final = True

    def __init__(self, *, prefix: str, match: str, most_a_second: int) -> None:
        wrong = problem(prefix=prefix, match=match, most_a_second=most_a_second)
        if wrong is not None:
            raise Misconfigured(wrong)
        self._prefix, self._match = prefix, Match(match)
        self.most_a_second: int | None = most_a_second

    @property
    def version(self) -> str:
        """Return which collections its templates name; each keeps its face model for ever."""
        return f"{self._prefix}/{_LAYOUT}"

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        """Look for the one dominant face, and keep it for an enrolment; see `FaceEngine.read`.

        Raises:
            Unavailable, Rejected, Misconfigured: see `rekognition_calls.call`.
        """
        picture, width = _prepared(jpeg)
        face = _detected(picture)
        if isinstance(face, Advice):
            return FaceReading(face)
        quality = looks.quality(face, width)
        advice, usable = looks.judge(face, width, purpose)
        if not usable:
            return FaceReading(advice, quality=quality)
        if purpose == Purpose.CHECK:
            return FaceReading(advice, picture, quality)
        return self._keep(picture, advice, quality, self._collection(gallery))

    def pose(self, jpeg: bytes) -> FacePose:
        """Say where the one dominant face points; raises as `read` does."""
        picture, width = _prepared(jpeg)
        face = _detected(picture)
        if isinstance(face, Advice):
            return FacePose(face)
        quality = looks.quality(face, width)
        if quality.width < looks.CHECK_WIDTH:
            return FacePose(Advice.MOVE_CLOSER)
        return FacePose(Advice.OK, quality.turn, quality.drop)

    def match(
        self,
        reading: FaceReading,
        *,
        person: str,
        roster: Roster,
        reference: Reference | None = None,
    ) -> FaceMatch:
        """Search the company's faces, or compare with the person's picture; see `FaceEngine.match`.

        Where there is no picture to compare with, the faces are searched.

        Raises:
            Unavailable, Misconfigured: see `rekognition_calls.call`.
        """
        if not isinstance(roster, FaceRoster):
            raise TypeError("this roster was made by another engine")
        if person not in roster:
            return FaceMatch(Outcome.UNVERIFIABLE, Reason.NOT_ENROLLED)
        if reading.template is None:
            return FaceMatch(Outcome.UNVERIFIABLE, reading.advice)
        source = reference() if reference and self._match == Match.COMPARE else None
        try:
            if source is not None:
                likeness, is_nearest = _compared(source, reading.template), True
            else:
                likeness, is_nearest = _searched(reading.template, person, roster)
        except Rejected as error:
            return FaceMatch(Outcome.UNVERIFIABLE, error.code)
        outcome, reason = looks.decide(likeness, is_nearest=is_nearest)
        return FaceMatch(outcome, reason, likeness)

    def roster(self, entries: Iterable[tuple[str, Sequence[bytes]]]) -> FaceRoster:
        """Say whose each kept face is; see `FaceEngine.roster`."""
        return FaceRoster(entries)

    def same_person(self, first: bytes, second: bytes) -> bool:
        """Return whether two pictures, or two faces that are kept, show one person.

        Raises:
            Unavailable, Misconfigured: see `rekognition_calls.call`.
        """
        kept = [_FACE_NAME.fullmatch(template.decode("latin-1")) for template in (first, second)]
        if not all(kept):
            try:
                likeness = _compared(first, second)
            except Rejected:
                return False
            return likeness is not None and likeness >= looks.SAME_PERSON
        (collection, face), (_collection, other) = _parts(first), _parts(second)
        found = call(
            "SearchFaces", CollectionId=collection, FaceId=face, MaxFaces=_MOST_MATCHES,
            FaceMatchThreshold=looks.SAME_PERSON,
        )  # fmt: skip
        return other in {match["Face"]["FaceId"] for match in found["FaceMatches"]}

    def forget(self, external_ids: Sequence[str]) -> None:
        """Have faces deleted; see `forget`."""
        forget(external_ids)

    def kept(self, gallery: str) -> list[KeptFace]:
        """Return every face in the company's collection; see `FaceEngine.kept`."""
        collection, token = self._collection(gallery), dict[str, str]()
        found: list[KeptFace] = []
        while True:
            page = call("ListFaces", CollectionId=collection, MaxResults=_MOST_DELETED, **token)
            found += [
                KeptFace(f"{collection}:{face['FaceId']}", _since(face.get("ExternalImageId", "")))
                for face in page.get("Faces", ())
            ]
            if not page.get("NextToken"):
                return found
            token = {"NextToken": page["NextToken"]}

    def _collection(self, gallery: str) -> str:
        if not gallery:
            raise ValueError("a face is kept for a company: name its gallery")
        return f"{self._prefix}-{gallery}"

    def _keep(
        self, picture: bytes, advice: Advice, quality: looks.Quality, collection: str
    ) -> FaceReading:
        """Index the face; the company's collection is made when it is first needed."""
        try:
            answer = _indexed(picture, collection)
        except Misconfigured as error:
            if not is_missing(error):
                raise
            call("CreateCollection", CollectionId=collection)
            answer = _indexed(picture, collection)
        if not answer["FaceRecords"]:
            return FaceReading(looks.unindexed(answer.get("UnindexedFaces", ())), quality=quality)
        name = f"{collection}:{answer['FaceRecords'][0]['Face']['FaceId']}"
        return FaceReading(advice, name.encode(), quality, external_id=name)


def problem(*, prefix: str, match: str, most_a_second: int) -> str | None:
    """Return the code of what is wrong with the settings, None if nothing."""
    if not PREFIX.fullmatch(prefix):
        return "rekognition_prefix_invalid"
    if match not in {item.value for item in Match}:
        return "rekognition_match_invalid"
    return None if most_a_second > 0 else "rekognition_tps_invalid"


def forget(external_ids: Sequence[str]) -> None:
    """Have faces deleted, whatever engine this installation uses by now.

    Raises:
        Unavailable: not now; some may be gone.
        Misconfigured: `face_id_unreadable`, `face_not_deleted`, or the operator must see to it.
    """
    names = sorted(_split(external_id) for external_id in external_ids)
    for collection, group in itertools.groupby(names, key=lambda name: name[0]):
        faces = [face for _collection, face in group]
        for start in range(0, len(faces), _MOST_DELETED):
            some = faces[start : start + _MOST_DELETED]
            answer = call("DeleteFaces", CollectionId=collection, FaceIds=some)
            for refused in answer.get("UnsuccessfulFaceDeletions", ()):
                if set(refused.get("Reasons", ())) != {"FACE_NOT_FOUND"}:
                    raise Misconfigured("face_not_deleted", collection=collection)


def _prepared(jpeg: bytes) -> tuple[bytes, int]:
    """Return the picture made anew, within the service's bounds, and its width in pixels.

    Raises:
        Rejected: the codes of `photos`.
    """
    picture = photos.sanitise(jpeg)
    header = picture_headers.read(picture)
    # A strip that was wide enough before it was made smaller may not be so now.
    if header is None or min(header.width, header.height) < photos.LEAST_SIDE:
        raise Rejected("picture_too_small", pixels=photos.LEAST_SIDE)
    if len(picture) > MOST_BYTES:
        raise Rejected("picture_too_large", megabytes=MOST_BYTES // 1024**2)
    return picture, header.width


def _detected(picture: bytes) -> looks.Face | Advice:
    answer = call("DetectFaces", Image={"Bytes": picture}, Attributes=["DEFAULT"])
    return looks.dominant(answer["FaceDetails"])


def _indexed(picture: bytes, collection: str) -> dict[str, Any]:
    """Have the face kept; its only name there says when, so that a forgotten one is found."""
    named = f"{timezone.now().astimezone(dt.UTC):{_STAMP}}-{secrets.token_hex(8)}"
    return call(
        "IndexFaces", CollectionId=collection, Image={"Bytes": picture}, ExternalImageId=named,
        MaxFaces=1, QualityFilter="AUTO",
    )  # fmt: skip


def _searched(picture: bytes, person: str, roster: FaceRoster) -> tuple[float | None, bool]:
    answer = call(
        "SearchFacesByImage", CollectionId=roster.collection(person), Image={"Bytes": picture},
        MaxFaces=_MOST_MATCHES, FaceMatchThreshold=looks.ASKED, QualityFilter="AUTO",
    )  # fmt: skip
    return roster.nearest(answer["FaceMatches"], person=person)


def _compared(source: bytes, target: bytes) -> float | None:
    answer = call(
        "CompareFaces", SourceImage={"Bytes": source}, TargetImage={"Bytes": target},
        SimilarityThreshold=looks.ASKED, QualityFilter="AUTO",
    )  # fmt: skip
    return max((float(match["Similarity"]) for match in answer["FaceMatches"]), default=None)


def _parts(template: bytes) -> tuple[str, str]:
    """Return collection and face id of an enrolment's template.

    Raises:
        Misconfigured: `template_unreadable`.
    """
    try:
        return _split(template.decode("latin-1"))
    except Misconfigured as error:
        raise Misconfigured("template_unreadable") from error


def _split(external_id: str) -> tuple[str, str]:
    found = _FACE_NAME.fullmatch(external_id)
    if found is None:
        raise Misconfigured("face_id_unreadable")
    return found[1], found[2]


def _since(named: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(f"{named.partition('-')[0]}+0000", f"{_STAMP}%z")
    except ValueError:
        return None
