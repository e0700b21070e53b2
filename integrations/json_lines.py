"""Log lines as CloudWatch's queries read them: JSON, by Powertools, with the trace's id."""

from __future__ import annotations

import functools
import logging
import os


@functools.cache
def formatter() -> logging.Formatter:
    """Return the process's formatter; importing what it needs waits for the first line."""
    from aws_lambda_powertools.logging.formatter import (  # noqa: PLC0415  # lazy: no page needs it
        LambdaPowertoolsFormatter,
    )

    made: logging.Formatter = LambdaPowertoolsFormatter(
        utc=True,
        use_rfc3339=True,
        log_record_order=["level", "timestamp", "logger", "message"],
        service=os.environ.get("POWERTOOLS_SERVICE_NAME", "muster"),
    )
    return made
