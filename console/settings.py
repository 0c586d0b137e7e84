"""What the console talks to, and where it listens; from the environment."""

from __future__ import annotations

import ipaddress
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from lambda_fn import contract


class ConsoleSettings(BaseSettings):
    """Settings of one console.

    ``api_url``: base address of the API, with its base path, such as ``https://.../prod/api/v1``.
    ``api_key``: it stays on this server.
    ``registry_bucket``, ``data_bucket``: of the environment.
    ``aws_endpoint``: of a local AWS; None is AWS itself, with the shell's credentials.
    ``host``, ``port``: where the page is served; port 0 takes a free one.
    ``password``: asked for where it is set; the user is ``shop``.
    ``user_header``: a header by which a proxy in front says who is asking; requests without it are refused.
    """

    model_config = SettingsConfigDict(populate_by_name=True, extra="ignore", env_ignore_empty=True)

    api_url: str = Field(validation_alias="APP_API_URL")
    api_key: SecretStr = Field(default=SecretStr(""), validation_alias="APP_API_KEY")
    registry_bucket: str = Field(default="", validation_alias=contract.ENV_REGISTRY_BUCKET)
    data_bucket: str = Field(default="", validation_alias=contract.ENV_DATA_BUCKET)
    environment: str = Field(default="local", validation_alias=contract.ENV_ENVIRONMENT)
    aws_endpoint: str | None = Field(default=None, validation_alias="AWS_ENDPOINT_URL")
    host: str = Field(default="127.0.0.1", validation_alias="APP_CONSOLE_HOST")
    port: int = Field(default=7860, ge=0, le=65_535, validation_alias="APP_CONSOLE_PORT")
    password: SecretStr | None = Field(default=None, validation_alias="APP_CONSOLE_PASSWORD")
    user_header: str | None = Field(default=None, validation_alias="APP_CONSOLE_USER_HEADER")

    @model_validator(mode="after")
    def _check_reach(self) -> Self:
        if not self.on_loopback and self.password is None and self.user_header is None:
            raise ValueError(
                f"the console would be open to everybody who reaches {self.host}: set APP_CONSOLE_PASSWORD, or "
                "APP_CONSOLE_USER_HEADER to the header in which a proxy names the user"
            )
        return self

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine reaches the page."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
