"""`terraform destroy` removes everything, the dropped files included."""

from collections.abc import Callable
from typing import Any

from deployment import Deployment
from pipeline import Pipeline


def test_destroy_leaves_nothing(pipeline: Pipeline, deployment: Deployment) -> None:
    deployment.destroy()
    aws: Callable[[str], Any] = pipeline.emulator.client
    left = {
        "buckets": [each["Name"] for each in aws("s3").list_buckets()["Buckets"]],
        "tables": aws("dynamodb").list_tables()["TableNames"],
        "functions": [each["FunctionName"] for each in aws("lambda").list_functions()["Functions"]],
        "state machines": aws("stepfunctions").list_state_machines()["stateMachines"],
        "roles": [each["RoleName"] for each in aws("iam").list_roles()["Roles"]],
        "policies": aws("iam").list_policies(Scope="Local")["Policies"],
        "log groups": [each["logGroupName"] for each in aws("logs").describe_log_groups()["logGroups"]],
        "queues": aws("sqs").list_queues().get("QueueUrls", []),
        "topics": aws("sns").list_topics()["Topics"],
        "rules": [each["Name"] for each in aws("events").list_rules()["Rules"]],
        "buses": [each["Name"] for each in aws("events").list_event_buses()["EventBuses"] if each["Name"] != "default"],
        "archives": aws("events").list_archives()["Archives"],
        "alarms": aws("cloudwatch").describe_alarms()["MetricAlarms"],
        "dashboards": aws("cloudwatch").list_dashboards().get("DashboardEntries", []),
        "identities": aws("sesv2").list_email_identities()["EmailIdentities"],
        "configuration sets": aws("sesv2").list_configuration_sets()["ConfigurationSets"],
        "trails": aws("cloudtrail").describe_trails()["trailList"],
        "aliases": [
            each["AliasName"]
            for each in aws("kms").list_aliases()["Aliases"]
            if not each["AliasName"].startswith("alias/aws/")
        ],
        "keys": [key for key in keys(aws("kms")) if key["KeyState"] != "PendingDeletion"],
    }
    assert not any(left.values()), {kind: found for kind, found in left.items() if found}


def keys(kms: Any) -> list[dict[str, Any]]:
    """The customer's keys. AWS's own keys, `alias/aws/…`, are left out, since they stay."""
    aliases = kms.list_aliases()["Aliases"]
    own = {each.get("TargetKeyId") for each in aliases if each["AliasName"].startswith("alias/aws/")}
    found = {each["KeyId"] for each in kms.list_keys()["Keys"]} - own
    return [kms.describe_key(KeyId=key)["KeyMetadata"] for key in found]
