"""What the shell says of AWS, kept from the clients of a local AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_aws_settings() -> Iterator[None]:
    """Hide the shell's AWS settings: boto3 reads a profile, or a broken configuration, when it makes a client."""
    hidden = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in hidden:
        del os.environ[name]
    shown = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    os.environ.update(shown)
    try:
        yield
    finally:
        for name in shown:
            del os.environ[name]
        os.environ.update(hidden)
