"""How every bucket is made: TLS only, private, encrypted, versioned, with lifecycle rules."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge
from cdk.constructs.retention import kept_if
from cdk.environments import Environment

ABANDONED_UPLOAD_DAYS = 2


def make_bucket(
    scope: Construct,
    construct_id: str,
    environment: Environment,
    *,
    lifecycle_rules: Sequence[s3.LifecycleRule] = (),
    superseded_days: int | None = None,
    access_log: s3.IBucket | None = None,
    announces_objects: bool = False,
) -> s3.Bucket:
    """Return a new bucket.

    lifecycle_rules: besides the one that cleans up.
    superseded_days: how long deleted and overwritten versions stay; None: as the environment says.
    access_log: bucket for the server access log; None: no log.
    announces_objects: whether "Object Created" and other events go to EventBridge.
    """
    bucket = s3.Bucket(
        scope,
        construct_id,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        versioned=True,
        lifecycle_rules=[*lifecycle_rules, _clean_up(superseded_days or environment.superseded_version_days)],
        server_access_logs_bucket=access_log,
        server_access_logs_prefix=f"{construct_id.lower()}/" if access_log else None,
        removal_policy=kept_if(environment.keep_data),
    )
    if announces_objects:
        _send_events(bucket)
    if access_log is None:
        reason = (
            "This bucket receives the access logs of the others; logging its own access would never end."
            if environment.access_logs
            else "Access logs are kept where real shoppers' data is; this environment holds none."
        )
        acknowledge(bucket, reason, "S1")
    return bucket


def _clean_up(superseded_days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id="CleanUp",
        abort_incomplete_multipart_upload_after=Duration.days(ABANDONED_UPLOAD_DAYS),
        noncurrent_version_expiration=Duration.days(superseded_days),
        expired_object_delete_marker=True,
    )


def _send_events(bucket: s3.Bucket) -> None:
    # The native property. `event_bridge_enabled=True` would add a custom resource, with a function that may write the
    # notifications of every bucket in the account.
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
