"""What becomes of a resource that a stack no longer holds."""

from __future__ import annotations

from aws_cdk import RemovalPolicy


def kept_if(keep: bool) -> RemovalPolicy:
    """Return the policy that keeps a resource when its stack is deleted or replaces it, or the one that deletes it.

    What is kept is still deleted where the deployment that made it fails. With RETAIN, a failed first deployment would
    leave every bucket behind, and a release that was taken back its version, which Lambda publishes only once.
    """
    return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if keep else RemovalPolicy.DESTROY
