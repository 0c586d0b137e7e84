"""What the environments are, and the only place where they differ. To add one, add it to ``ENVIRONMENTS``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lambda_fn.contract import BASE_PATH_PATTERN, ROUTING_TTL_SECONDS

_PLACEHOLDER = re.compile(r"example|change[-_ ]?me|placeholder|todo|your[-_.]|[<>{}]", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?")
_EMAIL = re.compile(r"[^@\s,]+@[^@\s,]+\.[^@\s,]+")
STACK_PREFIX: Final = "CartAbandonment"
_KEY_ARN = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
LOG_DAYS: Final = (7, 30, 90, 365)  # among those that CloudWatch offers


class EnvironmentRefused(ValueError):
    """An environment that does not exist, or one whose values cannot be deployed; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What may be sent to the API.

    requests_per_second, burst, requests_per_day: of one API key.
    clients: the stage as a whole is throttled at the rate and burst of one key times this.
    public_requests_per_second, public_burst: of each page that needs no key. The pages share the function's
        concurrency with the predictions.
    docs_requests_per_second, docs_burst: of ``/docs``, whose answer has 1.7 MB. Reading it all day costs at most $13.
    """

    requests_per_second: int
    burst: int
    requests_per_day: int
    clients: int = 4
    public_requests_per_second: int = 10
    public_burst: int = 20
    docs_requests_per_second: int = 1
    docs_burst: int = 5


@dataclass(frozen=True, kw_only=True)
class AlarmLimits:
    """Thresholds of the alarms.

    server_error_share: of the API's answers, 0 to 1, over some minutes.
    release_error_share: the same in one minute, while a release is shifted in.
    p99_seconds: latency of the API.
    rejected_percent: rows of a file.
    drift: largest population stability index of an input.
    blanks: by how much the share of missing values of an input may exceed that in training.
    model_age_days: since the model in service was trained.
    silence: whether an hour without a prediction rings.
    """

    server_error_share: float = 0.05
    release_error_share: float = 0.01  # a release gets a tenth of the traffic: this is a tenth of its answers
    p99_seconds: float = 2.0
    rejected_percent: float = 10.0
    drift: float = 0.2
    blanks: float = 0.2
    model_age_days: int = 90
    silence: bool = False


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One deployment of the two stacks. Account and region come from the CLI profile.

    in_aws: false for the local AWS, which refuses CodeDeploy and WAF associations and runs functions on the host's own
        interpreter.
    keep_data: whether buckets, keys and logs are retained when a stack is deleted.
    """

    name: str
    in_aws: bool = True
    keep_data: bool = False
    termination_protection: bool = False
    log_days: int = 7
    # Incoming, scored, rejected, reports and failed files hold shoppers' data. What was deleted or overwritten stays
    # for `deleted_output_days` as an earlier version: nothing of a file is left after the sum of both, 37 days (in prod
    # 97), and the two midnights that S3 rounds up to.
    output_days: int = 30
    deleted_output_days: int = 7
    superseded_version_days: int = 7  # of the routing in the registry, which says who was promoted when
    decision_log: bool = True  # decisions of the API go to `decisions/` in the data bucket; nobody can learn without
    decision_days: int = 400  # decisions and outcomes: the same season a year ago, and a month to learn from it
    access_logs: bool = False  # of the buckets; the API always has one
    traffic: Traffic = field(default_factory=lambda: Traffic(requests_per_second=20, burst=40, requests_per_day=50_000))
    base_path: str = ""  # of the custom domain that is mapped to the API, such as /shop; both addresses answer then
    retrain_weekly: bool = False  # `make retrain` does it at any time
    watch_daily: bool = False  # joins decisions with their outcomes and puts metrics, some cents a day
    auto_promote: bool = True  # a model that was trained in AWS and passes the gates; else people are told
    # API Gateway writes logs by one role for all APIs of an account and region. Of the environments that share both,
    # one sets it. The others say False.
    sets_gateway_role: bool = True
    # KMS keys that dropped files may be encrypted with (SSE-KMS); each key's own policy must allow the account, too.
    upload_key_arns: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()  # browsers elsewhere cannot call the API; empty: none can
    api_reserved_concurrency: int | None = None  # an account must have 100 left beside it
    routing_ttl_seconds: int = ROUTING_TTL_SECONDS  # how soon the API sees a promotion or a rollback
    chunk_concurrency: int = 20  # chunks of one file scored at once
    snap_start: bool = False
    canary: bool = False  # shift 10 % of the traffic for 5 minutes, roll back on the API's alarms
    cognito: bool = False  # besides the API key, an OAuth2 access token (client credentials)
    firewall: bool = False
    alarms: AlarmLimits = field(default_factory=AlarmLimits)
    alarm_emails: tuple[str, ...] = ()

    @property
    def stack_prefix(self) -> str:
        """How the names of its stacks begin."""
        return f"{STACK_PREFIX}-{self.name}-"

    def checked(self) -> Environment:
        """Return this environment; raise EnvironmentRefused where it has values that cannot be deployed."""
        # Not when it is made: an import that fails ends in a traceback, for every other environment, too.
        if faults := list(self._faults()):
            raise EnvironmentRefused(f"environment {self.name!r}: {'; '.join(faults)}; {_all_of_them()}")
        return self

    def _faults(self) -> Iterator[str]:
        if self.log_days not in LOG_DAYS:
            yield f"log_days: {self.log_days} is none of {', '.join(map(str, LOG_DAYS))}"
        if not re.fullmatch(BASE_PATH_PATTERN, self.base_path):
            yield f"base_path: {self.base_path!r} is not a path such as /shop, with a slash before and none after"
        for arn in self.upload_key_arns:
            if not _KEY_ARN.fullmatch(arn):
                yield f"upload_key_arns: {arn!r} is not the ARN of a KMS key (an alias cannot be named)"
        yield from self._address_faults()

    def _address_faults(self) -> Iterator[str]:
        for text in (*self.cors_origins, *self.alarm_emails):
            if _PLACEHOLDER.search(text):
                yield f"{text!r} is a placeholder, put the real value there"
        for origin in self.cors_origins:
            if not _ORIGIN.fullmatch(origin):
                yield f"cors_origins: {origin!r} is not an origin such as https://shop.company.com"
            elif self.keep_data and not origin.startswith("https://"):
                yield f"cors_origins: {origin!r} is not https"
        for email in self.alarm_emails:
            if not _EMAIL.fullmatch(email):
                yield f"alarm_emails: {email!r} is not an e-mail address"


ENVIRONMENTS: Final = MappingProxyType(
    {
        environment.name: environment
        for environment in (
            Environment(
                name="local",
                in_aws=False,
                routing_ttl_seconds=2,
                chunk_concurrency=2,
                cors_origins=("http://localhost:3000",),
            ),
            Environment(
                name="dev",
                cors_origins=("http://localhost:3000",),
            ),
            Environment(
                name="staging",
                log_days=30,
                superseded_version_days=30,
                chunk_concurrency=100,
                snap_start=True,
                canary=True,
                firewall=True,
                cognito=True,
                traffic=Traffic(requests_per_second=50, burst=100, requests_per_day=500_000),
            ),
            Environment(
                name="prod",
                keep_data=True,
                auto_promote=False,
                termination_protection=True,
                log_days=365,
                output_days=90,
                superseded_version_days=90,
                access_logs=True,
                api_reserved_concurrency=200,
                chunk_concurrency=500,
                snap_start=True,
                canary=True,
                firewall=True,
                traffic=Traffic(requests_per_second=200, burst=400, requests_per_day=5_000_000),
                alarms=AlarmLimits(model_age_days=45, silence=True),
            ),
        )
    }
)


def find(name: str | None) -> Environment:
    """Return the environment of that name.

    Raises EnvironmentRefused with the list of names when there is none, or when it has values that cannot be deployed.
    """
    if name is not None and name in ENVIRONMENTS:
        return ENVIRONMENTS[name].checked()
    asked = f"there is no environment {name!r}" if name else "no environment was named"
    raise EnvironmentRefused(f"{asked}; choose one with -c env=NAME: {', '.join(ENVIRONMENTS)}")


def _all_of_them() -> str:
    return f"cdk/environments.py has {', '.join(ENVIRONMENTS)}"
