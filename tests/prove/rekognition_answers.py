"""What the stand-in for Rekognition answers: faces found, likened and kept by dlib, in memory."""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from PIL import Image

from integrations.faces import dlib_engine, vectors

_MODEL: Final = "7.0"
_MOST_IMAGE_BYTES: Final = 5 * 1024 * 1024
_LEAST_SIDE: Final = 80
_COLLECTION: Final = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")
_DEPTH: Final = 0.474


class Refused(Exception):
    """An error of the service: its code, a message and the status of the answer."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        self.code, self.message, self.status = code, message, status
        super().__init__(code)


@dataclass
class Seen:
    """One face of a picture: as the service details it, and its vector."""

    detail: dict[str, Any]
    vector: vectors.Vector

    @property
    def brief(self) -> dict[str, Any]:
        return {name: self.detail[name] for name in ("BoundingBox", "Confidence")}


@dataclass
class KeptFace:
    """A face of a collection."""

    face_id: str
    external_id: str
    seen: Seen

    @property
    def told(self) -> dict[str, Any]:
        told = {"FaceId": self.face_id, "ImageId": str(uuid.uuid4()), **self.seen.brief}
        return told | ({"ExternalImageId": self.external_id} if self.external_id else {})


def likeness(first: vectors.Vector, second: vectors.Vector) -> float:
    """Return a percentage that lies at 99 where the engine's own distance is safely near.

    The scale is made for single vectors: two pictures of one person lie about 0.4 apart.
    """
    return 100 / (1 + math.exp(30 * (vectors.distance(first, second) - 0.6)))


class Answers:
    """The operations, over collections in memory; one at a time."""

    def __init__(self) -> None:
        self.collections: dict[str, dict[str, KeptFace]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self._engine: dlib_engine.DlibEngine | None = None
        self._looks: dict[bytes, list[Seen]] = {}
        self._operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "DetectFaces": self._detect,
            "CompareFaces": self._compare,
            "CreateCollection": self._create,
            "DeleteCollection": self._drop,
            "IndexFaces": self._index,
            "SearchFacesByImage": self._search_by_image,
            "SearchFaces": self._search,
            "DeleteFaces": self._delete,
            "ListFaces": self._list,
            "CreateFaceLivenessSession": self._create_session,
            "GetFaceLivenessSessionResults": self._session_results,
        }

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to an operation.

        Raises:
            Refused: the service's own code.
        """
        if operation not in self._operations:
            raise Refused("UnknownOperationException", operation)
        return self._operations[operation](request)

    # --- looking ----------------------------------------------------------------------------------
    def _faces(self, image: dict[str, Any]) -> list[Seen]:
        try:
            data = base64.b64decode(image["Bytes"], validate=True)
        except (KeyError, binascii.Error) as error:
            raise Refused("InvalidParameterException", "Request has invalid parameters") from error
        if len(data) > _MOST_IMAGE_BYTES:
            raise Refused("ImageTooLargeException", "Image size is too large.")
        if data not in self._looks:
            self._looks[data] = self._look(data)
        return self._looks[data]

    def _look(self, data: bytes) -> list[Seen]:
        try:
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
                picture = image.convert("RGB")
        except OSError as error:
            raise Refused(
                "InvalidImageFormatException", "Request has invalid image format"
            ) from error
        if min(picture.size) < _LEAST_SIDE:
            raise Refused("InvalidParameterException", "Request has invalid parameters")
        if self._engine is None:
            self._engine = dlib_engine.DlibEngine()
        boxes = self._engine._detect(np.asarray(picture))
        found = [_seen(self._engine, face) for face in boxes]
        return sorted(found, key=lambda seen: -seen.detail["BoundingBox"]["Width"])

    def _detect(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"FaceDetails": [seen.detail for seen in self._faces(request["Image"])]}

    def _compare(self, request: dict[str, Any]) -> dict[str, Any]:
        source, target = (self._faces(request[f"{name}Image"]) for name in ("Source", "Target"))
        if not source or not target:
            raise Refused("InvalidParameterException", "Request has invalid parameters")
        least = request.get("SimilarityThreshold", 80)
        scored = [(likeness(source[0].vector, seen.vector), seen) for seen in target]
        return {
            "SourceImageFace": source[0].brief,
            "FaceMatches": [
                {"Similarity": score, "Face": seen.detail}
                for score, seen in sorted(scored, key=lambda item: -item[0])
                if score >= least
            ],
            "UnmatchedFaces": [seen.detail for score, seen in scored if score < least],
        }

    # --- collections ------------------------------------------------------------------------------
    def _collection(self, request: dict[str, Any]) -> dict[str, KeptFace]:
        name = request["CollectionId"]
        if name not in self.collections:
            raise Refused("ResourceNotFoundException", f"The collection id: {name} does not exist")
        return self.collections[name]

    def _create(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request["CollectionId"]
        if not _COLLECTION.fullmatch(name):
            raise Refused("InvalidParameterException", "Request has invalid parameters")
        if name in self.collections:
            raise Refused("ResourceAlreadyExistsException", f"The collection id: {name} exists")
        self.collections[name] = {}
        return {"StatusCode": 200, "CollectionArn": f"aws:…/{name}", "FaceModelVersion": _MODEL}

    def _drop(self, request: dict[str, Any]) -> dict[str, Any]:
        self._collection(request)
        del self.collections[request["CollectionId"]]
        return {"StatusCode": 200}

    def _index(self, request: dict[str, Any]) -> dict[str, Any]:
        collection, found = self._collection(request), self._faces(request["Image"])
        most = request.get("MaxFaces", 100)
        records = []
        for seen in found[:most]:
            face = KeptFace(str(uuid.uuid4()), request.get("ExternalImageId", ""), seen)
            collection[face.face_id] = face
            records.append({"Face": face.told, "FaceDetail": seen.detail})
        rest = [{"Reasons": ["EXCEEDS_MAX_FACES"], "FaceDetail": s.detail} for s in found[most:]]
        return {"FaceRecords": records, "UnindexedFaces": rest, "FaceModelVersion": _MODEL}

    def _search_by_image(self, request: dict[str, Any]) -> dict[str, Any]:
        collection, found = self._collection(request), self._faces(request["Image"])
        if not found:
            raise Refused(
                "InvalidParameterException",
                "There are no faces in the image. Should be at least 1.",
            )
        near = _nearest(found[0].vector, list(collection.values()), request)
        return {
            "SearchedFaceBoundingBox": found[0].detail["BoundingBox"],
            "SearchedFaceConfidence": found[0].detail["Confidence"],
            "FaceMatches": near, "FaceModelVersion": _MODEL,
        }  # fmt: skip

    def _search(self, request: dict[str, Any]) -> dict[str, Any]:
        collection, face_id = self._collection(request), request["FaceId"]
        if face_id not in collection:
            raise Refused("InvalidParameterException", "faceId was not found in the collection.")
        others = [face for name, face in collection.items() if name != face_id]
        near = _nearest(collection[face_id].seen.vector, others, request)
        return {"SearchedFaceId": face_id, "FaceMatches": near, "FaceModelVersion": _MODEL}

    def _delete(self, request: dict[str, Any]) -> dict[str, Any]:
        collection, asked = self._collection(request), request["FaceIds"]
        gone = [face_id for face_id in asked if collection.pop(face_id, None) is not None]
        missing = [
            {"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]}
            for face_id in asked
            if face_id not in gone
        ]
        return {"DeletedFaces": gone, "UnsuccessfulFaceDeletions": missing}

    def _list(self, request: dict[str, Any]) -> dict[str, Any]:
        faces = sorted(self._collection(request).values(), key=lambda face: face.face_id)
        start, most = int(request.get("NextToken", 0)), request.get("MaxResults", 4096)
        page: dict[str, Any] = {"Faces": [face.told for face in faces[start : start + most]]}
        if start + most < len(faces):
            page["NextToken"] = str(start + most)
        return page | {"FaceModelVersion": _MODEL}

    # --- liveness ---------------------------------------------------------------------------------
    def _create_session(self, request: dict[str, Any]) -> dict[str, Any]:
        # The same token is the same session.
        named = request.get("ClientRequestToken") or uuid.uuid4().hex
        session_id = str(uuid.uuid5(uuid.NAMESPACE_OID, named))
        self.sessions.setdefault(session_id, {"Status": "CREATED"})
        return {"SessionId": session_id}

    def _session_results(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self.sessions.get(request["SessionId"])
        if found is None:
            raise Refused("SessionNotFoundException", "Session not found")
        return {"SessionId": request["SessionId"], **found}

    def session_ended(self, session_id: str, *, confidence: float, jpeg: bytes) -> None:
        """Let a session end as if the person had been before a browser's camera."""
        self.sessions[session_id] = {
            "Status": "SUCCEEDED", "Confidence": confidence,
            "ReferenceImage": {"Bytes": base64.b64encode(jpeg).decode()},
        }  # fmt: skip


def _nearest(
    vector: vectors.Vector, faces: list[KeptFace], request: dict[str, Any]
) -> list[dict[str, Any]]:
    scored = [(likeness(vector, face.seen.vector), face) for face in faces]
    near = sorted(scored, key=lambda item: -item[0])[: request.get("MaxFaces", 80)]
    least = request.get("FaceMatchThreshold", 80)
    return [{"Similarity": score, "Face": face.told} for score, face in near if score >= least]


def _seen(engine: dlib_engine.DlibEngine, face: Any) -> Seen:
    """Return a detected face on the service's scales, as near as five points allow."""
    shape = engine._landmarks(face.pixels, face.box)
    chip = engine._align(face.pixels, shape, 150, 0.25)
    points = [(point.x, point.y) for point in shape.parts()]
    figures = dlib_engine.measure(face.box.width(), face.score, chip, points)
    turn = figures.turn if math.isfinite(figures.turn) else 0.0
    height, width = face.pixels.shape[:2]
    detail = {
        "BoundingBox": {
            "Left": max(0.0, face.box.left() / width), "Top": max(0.0, face.box.top() / height),
            "Width": face.box.width() / width, "Height": face.box.height() / height,
        },
        "Confidence": min(99.99, 95 + 5 * face.score),
        "Pose": {"Roll": 0.0, "Yaw": math.degrees(math.atan(turn / _DEPTH)), "Pitch": 0.0},
        "Quality": {
            "Brightness": figures.luma / 2.55, "Sharpness": min(100.0, figures.sharpness / 3),
        },
        "Landmarks": [
            {"Type": "nose", "X": points[4][0] / width, "Y": points[4][1] / height},
        ],
    }  # fmt: skip
    return Seen(
        detail,
        vectors.from_bytes(vectors.to_bytes(engine._embedding.compute_face_descriptor(chip))),
    )
