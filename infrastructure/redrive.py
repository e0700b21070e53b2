"""What ended in a stage's dead-letter queue, sent again: `make redrive STAGE=production SEND=1`.

One queue takes what failed for good, whatever it came from, and each kind goes back another way.
Everything that receives is idempotent, so that sending twice changes nothing. A message leaves the
queue only when it was handed on; what is of no known kind stays for somebody to read.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from infrastructure import sentences
from integrations import aws

TASK: Final = "task or event of the function"
MAIL: Final = "mail event"
UPLOAD: Final = "upload"
STREAM: Final = "place in the journal's stream"
UNKNOWN: Final = "of no known kind"
# What SQS hands out at once, and how long it then hides it.
BATCH: Final = 10


def kind_of(body: Any) -> str:
    """Return what a message is, by its parsed body."""
    match body:
        case {"command": str()} | {"source": "aws.events"}:
            return TASK
        case {"Records": [{"EventSource": "aws:sns"}, *_]}:
            return TASK
        case {"Type": "Notification", "TopicArn": str()}:
            return MAIL
        case {"Records": [{"eventSource": "aws:s3"}, *_]}:
            return UPLOAD
        case {"DDBStreamBatchInfo": dict()}:
            return STREAM
    return UNKNOWN


def redrive(stage: str, *, is_sent: bool) -> Counter[str]:
    """Count the messages of the queue by kind, and send them again if `is_sent`.

    Raises:
        Misconfigured: AWS refuses.
        Unavailable: AWS does not answer.
    """
    found: Counter[str] = Counter()
    left = []
    with aws.translated():
        queue, client = _address(f"muster-{stage}-dead-letters"), aws.client("sqs")
        for message in _messages(queue):
            kind, receipt = kind_of(_parsed(message["Body"])), message["ReceiptHandle"]
            found[kind] += 1
            if is_sent and kind != UNKNOWN:
                _send(stage, kind, message["Body"])
                client.delete_message(QueueUrl=queue, ReceiptHandle=receipt)
            else:
                left.append(receipt)
        # Seen by the next look at once, not when its time of hiding is over.
        for receipt in left:
            client.change_message_visibility(
                QueueUrl=queue, ReceiptHandle=receipt, VisibilityTimeout=0
            )
    return found


def _messages(queue: str) -> Iterator[dict[str, Any]]:
    """Yield each message once: one that was handed out stays hidden for minutes."""
    while True:
        answer = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=BATCH)
        if not answer.get("Messages"):
            return
        yield from answer["Messages"]


def _send(stage: str, kind: str, body: str) -> None:
    if kind == UPLOAD:
        queue = _address(f"muster-{stage}-uploads")
        aws.client("sqs").send_message(QueueUrl=queue, MessageBody=body)
        return
    if kind == STREAM:
        # It names a place in the stream, not the records; those the job finds in the table.
        return
    if kind == MAIL:
        record = {"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": json.loads(body)}
        body = json.dumps({"Records": [record]})
    aws.client("lambda").invoke(
        FunctionName=f"muster-{stage}", InvocationType="Event", Payload=body.encode()
    )


def _address(name: str) -> str:
    return str(aws.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def main(stage: str, send: str = "") -> None:
    """Redrive a stage's queue and say what was there."""
    found = redrive(stage, is_sent=bool(send))
    for kind, count in sorted(found.items()):
        left = "left there" if not send or kind == UNKNOWN else "handed on"
        if send and kind == STREAM:
            left = "removed; the job journal_replay takes its records from the table"
        sys.stdout.write(f"{count} {kind}: {left}\n")
    if not found:
        sys.stdout.write("The queue is empty.\n")


if __name__ == "__main__":
    sys.exit(sentences.run(main, *sys.argv[1:]))
