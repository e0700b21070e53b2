"""Photos that arrived in the bucket: it tells the function, which looks at them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

from attendance.services import uploads


def handle(event: dict[str, Any], _context: Any) -> int:
    """Look at each photo that was sent for an enrolment; return how many were kept.

    The bucket also holds what Muster puts there itself; only uploads are told of, and only they
    are looked at here.

    Raises:
        OSError, EnrolmentImpossible: not now; AWS tells again, then parks the event.
    """
    keys = [unquote_plus(record["s3"]["object"]["key"]) for record in event["Records"]]
    return sum(
        uploads.upload_arrived(key=key) for key in keys if key.startswith(f"{uploads.FOLDER}/")
    )
