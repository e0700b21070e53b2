"""Rekognition answered by botocore's own stub, which knows every operation's shapes."""

from __future__ import annotations

from typing import Any

from botocore.stub import ANY, Stubber

COLLECTION = "muster-test-0190c0de-0000-7000-8000-000000000001"
GALLERY = COLLECTION.removeprefix("muster-test-")
IDS = [f"{number:08d}-0000-4000-8000-000000000000" for number in range(10)]


def face_name(number: int) -> str:
    """Return the name that the engine gives to a kept face."""
    return f"{COLLECTION}:{IDS[number]}"


def face(width: float = 0.4, **more: Any) -> dict[str, Any]:
    """Return a face as the service details it: near, sharp and frontal unless told otherwise."""
    return {
        "BoundingBox": {"Width": width, "Height": width, "Left": 0.3, "Top": 0.3},
        "Confidence": more.get("confidence", 99.9),
        "Pose": {
            "Yaw": more.get("yaw", 1.0), "Pitch": more.get("pitch", 2.0), "Roll": 0.5,
        },
        "Quality": {
            "Brightness": more.get("brightness", 80.0), "Sharpness": more.get("sharpness", 90.0),
        },
    }  # fmt: skip


class Service:
    """Queues answers of the service; each is checked against its model, and must be asked for."""

    def __init__(self, client: Any) -> None:
        self.stub = Stubber(client)

    def detects(self, *faces: dict[str, Any]) -> None:
        asked = {"Image": {"Bytes": ANY}, "Attributes": ["DEFAULT"]}
        self.stub.add_response("detect_faces", {"FaceDetails": list(faces)}, asked)

    def fails(self, method: str, code: str, status: int = 400) -> None:
        self.stub.add_client_error(method, service_error_code=code, http_status_code=status)

    def finds(self, *found: tuple[int, float]) -> None:
        """Answer a search by picture: numbers of faces, and how like they are."""
        asked = {
            "CollectionId": COLLECTION, "Image": {"Bytes": ANY}, "MaxFaces": 100,
            "FaceMatchThreshold": 80.0, "QualityFilter": "AUTO",
        }  # fmt: skip
        self.stub.add_response("search_faces_by_image", {"FaceMatches": _matches(found)}, asked)

    def finds_kept(self, *found: tuple[int, float]) -> None:
        """Answer a search by the first of the kept faces."""
        asked = {
            "CollectionId": COLLECTION, "FaceId": IDS[0], "MaxFaces": 100,
            "FaceMatchThreshold": 90.0,
        }  # fmt: skip
        self.stub.add_response("search_faces", {"FaceMatches": _matches(found)}, asked)

    def compares(self, *likenesses: float, source: Any = ANY) -> None:
        asked = {
            "SourceImage": {"Bytes": source}, "TargetImage": {"Bytes": ANY},
            "SimilarityThreshold": 80.0, "QualityFilter": "AUTO",
        }  # fmt: skip
        found = [{"Similarity": likeness} for likeness in likenesses]
        self.stub.add_response("compare_faces", {"FaceMatches": found}, asked)

    def indexes(self, *numbers: int, reasons: tuple[str, ...] = (), named: Any = ANY) -> None:
        asked = {
            "CollectionId": COLLECTION, "Image": {"Bytes": ANY}, "ExternalImageId": named,
            "MaxFaces": 1, "QualityFilter": "AUTO",
        }  # fmt: skip
        answer: dict[str, Any] = {
            "FaceRecords": [{"Face": {"FaceId": IDS[number]}} for number in numbers],
            "UnindexedFaces": [{"Reasons": list(reasons)}] if reasons else [],
        }
        self.stub.add_response("index_faces", answer, asked)

    def creates(self) -> None:
        asked = {"CollectionId": COLLECTION}
        self.stub.add_response("create_collection", {"StatusCode": 200}, asked)

    def deletes(self, *numbers: int, collection: str = COLLECTION, **refused: list[str]) -> None:
        """Answer a deletion; `refused` says why of the first face."""
        asked = {"CollectionId": collection, "FaceIds": [IDS[number] for number in numbers]}
        answer: dict[str, Any] = {"DeletedFaces": asked["FaceIds"]}
        if refused:
            answer = {"UnsuccessfulFaceDeletions": [{"FaceId": IDS[numbers[0]], **refused}]}
        self.stub.add_response("delete_faces", answer, asked)

    def lists(self, *named: tuple[int, str], token: str = "", after: str = "") -> None:
        asked: dict[str, Any] = {"CollectionId": COLLECTION, "MaxResults": 1000}
        if after:
            asked["NextToken"] = after
        faces = [{"FaceId": IDS[number], "ExternalImageId": name} for number, name in named]
        answer: dict[str, Any] = {"Faces": faces} | ({"NextToken": token} if token else {})
        self.stub.add_response("list_faces", answer, asked)


def _matches(found: tuple[tuple[int, float], ...]) -> list[dict[str, Any]]:
    return [{"Similarity": likeness, "Face": {"FaceId": IDS[number]}} for number, likeness in found]
