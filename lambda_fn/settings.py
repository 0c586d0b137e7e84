"""Settings of the Lambda functions, from environment variables, read on first use."""

from __future__ import annotations

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from lambda_fn import contract


class Settings(BaseSettings):
    """An explicit argument beats the environment variable named in ``lambda_fn.contract``."""

    model_config = SettingsConfigDict(populate_by_name=True)

    environment: str = Field(default="local", validation_alias=contract.ENV_ENVIRONMENT)
    registry_bucket: str = Field(default="", validation_alias=contract.ENV_REGISTRY_BUCKET)
    data_bucket: str = Field(default="", validation_alias=contract.ENV_DATA_BUCKET)
    decision_stream: str = Field(default="", validation_alias=contract.ENV_DECISION_STREAM)
    cors_origins: str = Field(default="", validation_alias=contract.ENV_CORS_ORIGINS)
    base_path: str = Field(default="", pattern=contract.BASE_PATH_PATTERN, validation_alias=contract.ENV_BASE_PATH)
    access_tokens: bool = Field(default=False, validation_alias=contract.ENV_ACCESS_TOKENS)
    routing_ttl_seconds: float = Field(
        default=contract.ROUTING_TTL_SECONDS, ge=0, validation_alias=contract.ENV_ROUTING_TTL_SECONDS
    )

    def allowed_origins(self) -> list[str]:
        """Return the CORS origins as a list; empty when CORS is off."""
        return [origin.strip() for origin in self.cors_origins.split(",") if origin.strip()]


@cache
def settings() -> Settings:
    """Return the process's settings."""
    return Settings()
