"""What the base holds: the journal, pictures, mail, the user pool. moto skips most of this."""

from __future__ import annotations

from tests.infrastructure.templates import of, resources, statements, template


def test_what_holds_data_stays_when_its_stack_goes() -> None:
    kept = {
        f"{name}.{key}": resource["DeletionPolicy"]
        for name in ("base", "database")
        for key, resource in resources(name).items()
        if resource.get("DeletionPolicy") in {"Retain", "Snapshot"}
    }
    assert kept == {
        "base.PhotoKey": "Retain",
        "base.DataKey": "Retain",
        "base.Journal": "Retain",
        "base.Photos": "Retain",
        "base.UserPool": "Retain",
        "database.DatabaseSecret": "Retain",
        "database.Database": "Snapshot",
    }
    for name in kept:
        stack, _, key = name.partition(".")
        assert resources(stack)[key]["UpdateReplacePolicy"] == kept[name]


# --- the journal ----------------------------------------------------------------------------------
def test_the_journal_can_be_brought_back_and_tells_of_every_record() -> None:
    table = of("base", "Journal")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": {"Fn::GetAtt": ["DataKey", "Arn"]},
    }


def test_the_journal_has_the_keys_that_the_code_reads_by() -> None:
    table = of("base", "Journal")
    assert table["KeySchema"] == [
        {"AttributeName": "who", "KeyType": "HASH"},
        {"AttributeName": "what", "KeyType": "RANGE"},
    ]
    (index,) = table["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by_day"
    assert index["KeySchema"] == [
        {"AttributeName": "day", "KeyType": "HASH"},
        {"AttributeName": "occurred_at", "KeyType": "RANGE"},
    ]


# --- pictures -------------------------------------------------------------------------------------
def test_a_deleted_picture_is_gone() -> None:
    """A version kept would be a picture that its person was told is deleted."""
    bucket = of("base", "Photos")
    assert "VersioningConfiguration" not in bucket
    assert "ReplicationConfiguration" not in bucket


def test_pictures_have_a_key_of_their_own_and_no_other_is_taken() -> None:
    (rule,) = of("base", "Photos")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": {"Fn::GetAtt": ["PhotoKey", "Arn"]},
    }
    _tls, own = statements(of("base", "PhotosPolicy")["PolicyDocument"])
    header = "s3:x-amz-server-side-encryption-aws-kms-key-id"
    assert (own["Effect"], own["Action"]) == ("Deny", ["s3:PutObject"])
    assert own["Condition"] == {
        "StringNotEquals": {header: {"Fn::GetAtt": ["PhotoKey", "Arn"]}},
        "Null": {header: "false"},
    }


def test_pages_of_the_own_address_only_may_post_pictures_to_the_bucket() -> None:
    (rule,) = of("base", "Photos")["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST"]
    assert rule["AllowedOrigins"] == [{"Fn::Sub": "https://${PublicHost}"}]


def test_uploads_that_nobody_took_end_after_a_day() -> None:
    rules = {rule["Id"]: rule for rule in of("base", "Photos")["LifecycleConfiguration"]["Rules"]}
    assert rules["uploads"] == {
        "Id": "uploads",
        "Status": "Enabled",
        "Prefix": "uploads/",
        "ExpirationInDays": 1,
    }
    assert all(rule["Status"] == "Enabled" for rule in rules.values())


def test_the_bucket_tells_the_queue_of_uploads_and_may() -> None:
    (told,) = of("base", "Photos")["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Queue"] == {"Fn::GetAtt": ["Uploads", "Arn"]}
    assert told["Filter"] == {"S3Key": {"Rules": [{"Name": "prefix", "Value": "uploads/"}]}}
    allowed = statements(of("base", "UploadsPolicy")["PolicyDocument"])[0]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    name = of("base", "Photos")["BucketName"]["Fn::Sub"]
    assert allowed["Condition"]["ArnEquals"] == {
        "aws:SourceArn": {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{name}"}
    }
    # S3 tries the queue when the notification is set up: the queue's policy must stand first.
    assert resources("base")["Photos"]["DependsOn"] == "UploadsPolicy"


# --- static files ---------------------------------------------------------------------------------
def test_static_files_are_read_by_the_distribution_only_and_by_tls() -> None:
    _tls, reads = statements(of("base", "StaticPolicy")["PolicyDocument"])
    assert reads["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert reads["Action"] == ["s3:GetObject"]
    assert "${StaticDistribution}" in reads["Condition"]["StringEquals"]["AWS:SourceArn"]["Fn::Sub"]
    config = of("base", "StaticDistribution")["DistributionConfig"]
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    assert config["DefaultCacheBehavior"]["AllowedMethods"] == ["GET", "HEAD"]
    assert of("base", "StaticHeaders")["ResponseHeadersPolicyConfig"]["CorsConfig"][
        "AccessControlAllowOrigins"
    ] == {"Items": [{"Fn::Sub": "https://${PublicHost}"}]}


# --- mail -----------------------------------------------------------------------------------------
def test_mail_leaves_by_tls_and_what_becomes_of_it_is_told() -> None:
    assert of("base", "MailSet")["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    told = of("base", "MailSetEvents")["EventDestination"]
    assert told["Enabled"] is True
    assert {"bounce", "complaint", "delivery"} <= set(told["MatchingEventTypes"])
    assert told["SnsDestination"] == {"TopicARN": {"Ref": "MailEvents"}}
    allowed = statements(of("base", "MailEventsPolicy")["PolicyDocument"])[0]
    assert allowed["Principal"] == {"Service": "ses.amazonaws.com"}
    assert allowed["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


# --- who people are -------------------------------------------------------------------------------
def test_the_pool_asks_the_function_before_it_takes_anybody() -> None:
    pool = of("base", "UserPool")
    assert pool["LambdaConfig"] == {
        "PreSignUp": {
            "Fn::Sub": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}"
            ":function:muster-${Stage}"
        }
    }
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["UserAttributeUpdateSettings"] == {
        "AttributesRequireVerificationBeforeUpdate": ["email"]
    }


def test_the_pools_client_takes_codes_at_the_own_address_only_and_tells_no_stranger() -> None:
    client = of("base", "UserPoolClient")
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["CallbackURLs"] == [{"Fn::Sub": "https://${PublicHost}/sign-in/pool/callback/"}]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["GenerateSecret"] is True
    assert "ALLOW_USER_PASSWORD_AUTH" not in client["ExplicitAuthFlows"]


# --- the database ---------------------------------------------------------------------------------
def test_the_database_is_closed_sealed_kept_and_has_two_shapes() -> None:
    database = of("database", "Database")
    assert database["StorageEncrypted"] is True
    assert database["DeletionProtection"] is True
    assert database["BackupRetentionPeriod"] == 14
    assert of("database", "DatabaseParameters")["Parameters"]["rds.force_ssl"] == "1"
    assert of("database", "DatabaseInstance")["PubliclyAccessible"] is False
    condition, always, pauses = database["ServerlessV2ScalingConfiguration"]["Fn::If"]
    assert (condition, always["MinCapacity"], pauses["MinCapacity"]) == ("IsAlwaysOn", 0.5, 0)
    assert pauses["SecondsUntilAutoPause"] == {"Ref": "SecondsUntilPause"}


def test_a_database_that_pauses_has_no_proxy() -> None:
    """A proxy holds connections, and with one nothing ever pauses."""
    proxy = {
        key
        for key, item in resources("database").items()
        if "DBProxy" in item["Type"] or key.startswith("Proxy") or key == "DatabaseFromProxy"
    }
    assert proxy == {"Proxy", "ProxyTargets", "ProxyRole", "ProxyGroup", "DatabaseFromProxy"}
    assert {resources("database")[key]["Condition"] for key in proxy} == {"IsAlwaysOn"}
    assert of("database", "Proxy")["RequireTLS"] is True
    pool = of("database", "ProxyTargets")["ConnectionPoolConfigurationInfo"]
    assert pool["ConnectionBorrowTimeout"] <= 2


def test_the_database_is_reached_by_function_and_proxy_only() -> None:
    ingress = resources("database", "AWS::EC2::SecurityGroupIngress")
    assert {
        key: item["Properties"]["SourceSecurityGroupId"]["Ref"] for key, item in ingress.items()
    } == {"DatabaseFromFunction": "FunctionGroup", "DatabaseFromProxy": "ProxyGroup"}
    assert "SecurityGroupIngress" not in of("database", "DatabaseGroup")
    assert "SecurityGroupIngress" not in of("database", "FunctionGroup")


def test_journal_and_pictures_are_reached_without_nat() -> None:
    endpoints = resources("database", "AWS::EC2::VPCEndpoint")
    free = {
        item["Properties"]["ServiceName"]["Fn::Sub"].rsplit(".", 1)[1]
        for item in endpoints.values()
        if item["Properties"]["VpcEndpointType"] == "Gateway" and "Condition" not in item
    }
    assert free == {"dynamodb", "s3"}
    paid = {
        item["Properties"]["ServiceName"]["Fn::Sub"].rsplit(".", 1)[1]
        for item in endpoints.values()
        if item.get("Condition") == "IsEndpoints"
    }
    assert paid == {"email", "lambda", "rds", "rekognition", "secretsmanager", "sns", "ssm"}


def test_every_output_says_what_it_is() -> None:
    for name in ("base", "database", "wiring"):
        assert all(output["Value"] for output in template(name)["Outputs"].values())
