"""MiniStack, the local AWS: one process on 127.0.0.1 and a free port, with its state in one folder."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import httpx

from cdk.local.paths import BINARIES, MINISTACK
from cdk.local.processes import CommandError, endings_held, group_alive, stop_group
from cdk.ops.aws import LOCAL_ACCOUNT, LOCAL_KEY, LOCAL_REGION, tls_context
from lambda_fn import contract

READY_TIMEOUT_SECONDS = 30.0
# What a shell may say of the AWS, the CDK and the tracking server that it usually works with: none of the local AWS's.
FOREIGN_SETTINGS = ("AWS_", "CDK_", "MLFLOW_")
START_ATTEMPTS = 3  # another process can take the free port before MiniStack does
USE_SSL = "USE_SSL"
# Options with which it checks IAM policies and bucket policies, which ask for TLS. It makes its certificate with
# `openssl`, and listens on 127.0.0.1:443, too, where that is free.
ENFORCING = MappingProxyType({"AUTH": "true", USE_SSL: "1"})


@dataclass(frozen=True)
class MiniStack:
    """A running local AWS.

    endpoint: its URL, on 127.0.0.1.
    log: what it prints.
    process: head of a process group that the Lambda workers are in.
    certificate: what clients must trust where the endpoint is https; else None.
    """

    endpoint: str
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)
    certificate: Path | None = None

    @property
    def pid(self) -> int:
        """The process, and process group, to end with ``stop_group``."""
        return self.process.pid

    def stop(self) -> None:
        """End MiniStack and its workers."""
        with endings_held():
            stop_group(self.pid)
            self.process.wait()

    @property
    def environment(self) -> dict[str, str]:
        """Variables that point any AWS client or CLI of a subprocess at this local AWS, and at nothing else."""
        return aws_environment(self.endpoint) | trust(self.certificate)


@contextmanager
def running(folder: Path, options: Mapping[str, str] | None = None) -> Iterator[MiniStack]:
    """Start a local AWS that keeps all it writes in ``folder``; stop it at the end, whatever the end is."""
    local_aws = start(folder, options)
    try:
        yield local_aws
    finally:
        local_aws.stop()


def start(folder: Path, options: Mapping[str, str] | None = None) -> MiniStack:
    """Start a local AWS that outlives this process; ``stop_group(pid)`` ends it.

    ``options`` are further MiniStack settings. Raises CommandError when it does not become ready.
    """
    log = folder / "ministack.log"
    if not MINISTACK.exists():
        raise CommandError("MiniStack is not installed: run `make setup`", log)
    for _ in range(START_ATTEMPTS):
        local_aws: MiniStack | None = None
        try:
            with endings_held():
                local_aws = _start(folder, log, options or {})
            if _becomes_ready(local_aws):
                return local_aws
        except BaseException:
            if local_aws is not None:
                local_aws.stop()
            raise
        local_aws.stop()
    raise CommandError("the local AWS did not become ready", log)


def ready(endpoint: str, certificate: Path | None = None) -> bool:
    """Return whether a MiniStack answers at ``endpoint``."""
    with suppress(httpx.HTTPError, FileNotFoundError, ssl.SSLError):  # the certificate is written on the way
        url, verify = f"{endpoint}/_ministack/ready", tls_context(certificate)
        return httpx.get(url, trust_env=False, verify=verify, timeout=2).status_code == 200
    return False


def listens(endpoint: str) -> bool:
    """Return whether a process has the port of ``endpoint``, be it too busy to answer."""
    address = urlsplit(endpoint)
    try:
        socket.create_connection((address.hostname or "", address.port or 0), timeout=2).close()
    except TimeoutError:  # more are waiting to be let in than it can queue
        return True
    except OSError:
        return False
    return True


def trust(certificate: Path | None) -> dict[str, str]:
    """Give the variables that make AWS clients of every kind trust a certificate; none where there is none."""
    if certificate is None:
        return {}
    return dict.fromkeys(
        ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), str(certificate)
    )


def aws_environment(endpoint: str) -> dict[str, str]:
    """Give this process's environment with AWS replaced: local endpoint, test keys, no profile and no proxy for it.

    Runs are tracked in this checkout, never on a server that the shell names.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN_SETTINGS)}
    return inherited | {
        "PATH": os.pathsep.join([str(BINARIES), os.environ.get("PATH", os.defpath)]),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": LOCAL_KEY,
        "AWS_SECRET_ACCESS_KEY": LOCAL_KEY,
        "AWS_REGION": LOCAL_REGION,
        "AWS_DEFAULT_REGION": LOCAL_REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": LOCAL_ACCOUNT,
        "CDK_DEFAULT_REGION": LOCAL_REGION,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "true",
        **contract.NO_TELEMETRY,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def _start(folder: Path, log: Path, options: Mapping[str, str]) -> MiniStack:
    port = _free_port()
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [MINISTACK],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env=_own_environment(folder, port) | dict(options),
            cwd=folder,
            start_new_session=True,
        )
    encrypted = options.get(USE_SSL) == "1"
    return MiniStack(
        endpoint=f"{'https' if encrypted else 'http'}://127.0.0.1:{port}",
        log=log,
        process=process,
        certificate=_folders(folder)["TMPDIR"] / "ministack-tls" / "server.crt" if encrypted else None,
    )


def _own_environment(folder: Path, port: int) -> dict[str, str]:
    """Lambda workers inherit MiniStack's environment, so it gets only what it needs."""
    folders = _folders(folder)
    for path in folders.values():
        path.mkdir(exist_ok=True)
    return {
        "PATH": f"{BINARIES}{os.pathsep}{os.defpath}",  # node, for CDK's own custom resources
        "HOME": str(folder),
        **{name: str(path) for name, path in folders.items()},
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",  # leave the containers of this machine alone
        "SFN_WAIT_SCALE": "0.02",  # waits between retries, shortened fiftyfold
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _folders(folder: Path) -> dict[str, Path]:
    return {name: folder / name.lower() for name in ("TMPDIR", "STATE_DIR", "S3_DATA_DIR")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _becomes_ready(local_aws: MiniStack) -> bool:
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    while time.monotonic() < deadline and group_alive(local_aws.pid):
        if ready(local_aws.endpoint, local_aws.certificate):
            return True
        time.sleep(0.05)
    return False
