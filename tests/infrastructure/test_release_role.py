"""What the pipeline's release may do, against the calls that Zappa's own code makes."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import botocore.session
from botocore import xform_name

from tests.infrastructure.templates import of, statements

SERVICES = {"lambda_client": "lambda", "events_client": "events", "cf_client": "cloudformation"}
# Calls that a release of a stage that stands does not make: those that make or remove it, and
# function URLs, provisioned concurrency and aliases, none of which the settings ask for.
NOT_OF_A_RELEASE = {
    "cloudformation:CreateStack",
    "cloudformation:DeleteStack",
    "lambda:CreateAlias",
    "lambda:CreateFunction",
    "lambda:CreateFunctionUrlConfig",
    "lambda:DeleteFunctionUrlConfig",
    "lambda:DeleteProvisionedConcurrencyConfig",
    "lambda:PutProvisionedConcurrencyConfig",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionUrlConfig",
}


def _called() -> set[str]:
    """Return what Zappa calls, as actions of IAM."""
    spec = find_spec("zappa")
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent
    text = "".join((folder / name).read_text() for name in ("core.py", "cli.py"))
    found = set()
    for name, service in SERVICES.items():
        model = botocore.session.get_session().get_service_model(service)
        known = {xform_name(operation): operation for operation in model.operation_names}
        for method in re.findall(rf"{name}\.(\w+)", text):
            if method in known:
                action = {"Invoke": "InvokeFunction"}.get(known[method], known[method])
                found.add(f"{service}:{action}")
    return found


def test_a_release_may_call_what_zappa_calls() -> None:
    (policy,) = [
        item["PolicyDocument"]
        for item in of("pipeline", "ReleaseRole")["Policies"]
        if item["PolicyName"] == "release"
    ]
    allowed = {action for item in statements(policy) for action in item["Action"]}
    called = _called()
    assert len(called) > 20
    assert called - allowed == NOT_OF_A_RELEASE
