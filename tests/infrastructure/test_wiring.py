"""What hands events to the function, and what stands before its pages."""

from __future__ import annotations

from tests.infrastructure.templates import of, resources, template

FUNCTION = {"Fn::Sub": "muster-${Stage}"}
DEAD_LETTERS = {"Ref": "DeadLetterQueueArn"}


def test_the_stream_starts_at_its_beginning_and_says_which_records_failed() -> None:
    """Zappa's mappings have no start position and no partial failures."""
    stream = of("wiring", "Stream")
    assert stream["FunctionName"] == FUNCTION
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["DestinationConfig"] == {"OnFailure": {"Destination": DEAD_LETTERS}}
    # As long as the database may be away; but less than the stream keeps (a day).
    assert stream["MaximumRetryAttempts"] == -1
    assert 3600 <= stream["MaximumRecordAgeInSeconds"] < 24 * 3600


def test_uploads_come_one_by_one_and_leave_room_for_check_ins() -> None:
    uploads = of("wiring", "Uploads")
    assert uploads["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert uploads["BatchSize"] == 1
    assert uploads["ScalingConfig"] == {"MaximumConcurrency": 5}


def test_tasks_are_tried_three_times() -> None:
    task = of("wiring", "Asynchronous")
    assert (task["Qualifier"], task["MaximumRetryAttempts"]) == ("$LATEST", 2)
    # The function's own dead-letter queue takes them; a second place would take them twice.
    assert "DestinationConfig" not in task


def test_mail_events_that_cannot_be_delivered_are_parked() -> None:
    subscription = of("wiring", "MailEvents")
    assert subscription["Protocol"] == "lambda"
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": DEAD_LETTERS}
    assert of("wiring", "MailEventsPermission")["SourceArn"] == {"Ref": "MailTopicArn"}


def test_the_address_speaks_modern_tls_only() -> None:
    host = of("wiring", "Host")
    assert host["SecurityPolicy"] == "TLS_1_2"
    assert host["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


def test_every_plan_has_the_rate_and_a_quota_of_its_own() -> None:
    plans = resources("wiring", "AWS::ApiGateway::UsagePlan")
    assert set(plans) == {"PlanTrial", "PlanStandard", "PlanLarge"}
    for name, plan in plans.items():
        properties = plan["Properties"]
        assert properties["Throttle"] == {"RateLimit": 100, "BurstLimit": 50}
        size = name.removeprefix("Plan")
        assert properties["Quota"]["Limit"] == {"Fn::FindInMap": ["Plans", size, "Quota"]}
    quotas = [plan["Quota"] for plan in template("wiring")["Mappings"]["Plans"].values()]
    assert quotas == sorted(set(quotas))


def test_the_firewall_stands_before_the_api_and_lets_pictures_through() -> None:
    rules = {rule["Name"]: rule for rule in of("wiring", "Firewall")["Rules"]}
    assert list(rules) == [
        "too-many-of-one-address", "known-bad-addresses", "known-bad-inputs", "common",
    ]  # fmt: skip
    common = rules["common"]["Statement"]["ManagedRuleGroupStatement"]
    counted = {override["Name"] for override in common["RuleActionOverrides"]}
    assert "SizeRestrictions_BODY" in counted
    assert all(name.endswith("_BODY") for name in counted)
    target = of("wiring", "FirewallOfApi")["ResourceArn"]["Fn::Sub"]
    assert target.endswith("::/restapis/${RestApiId}/stages/${Stage}")


def test_the_firewalls_log_holds_no_cookie_no_key_and_no_address_of_a_link() -> None:
    redacted = of("wiring", "FirewallLogging")["RedactedFields"]
    assert {"UriPath": {}} in redacted and {"QueryString": {}} in redacted
    assert {field["SingleHeader"]["Name"] for field in redacted if "SingleHeader" in field} == {
        "cookie", "authorization", "x-api-key",
    }  # fmt: skip
