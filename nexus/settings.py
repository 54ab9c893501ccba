"""Settings every process shares. Each process has its own class that inherits this one.

Built once in a `main`, then passed down; there is no module-level settings object. Values come from the
environment, then from `.env` in the working directory, then from files named after settings in the folder of secrets,
then from the defaults here.
"""

import os
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from nexus.errors import ConfigurationError

MAX_SOCKET_PATH = 100  # sun_path is 108 bytes on Linux, 104 on macOS
CONTAINER_SECRETS = Path("/run/secrets")


def secrets_folder() -> Path | None:
    """Where secrets come as files, each named after its setting: systemd's credentials, or a container's secrets."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    folder = Path(credentials) if credentials else CONTAINER_SECRETS
    return folder if folder.is_dir() else None


class SecretFiles(SecretsSettingsSource):
    """Settings from the folder of secrets; an empty file is one that is not there."""

    def __call__(self) -> dict[str, Any]:
        """Each setting that has a file with something in it."""
        return {name: value for name, value in super().__call__().items() if value != ""}


class CommonSettings(BaseSettings):
    """Where the data is, and how to write logs."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", case_sensitive=False, frozen=True
    )

    nexus_home: Path = Field(
        default=Path(".nexus"),
        description="Data folder: database, Valkey's files, logs, the sign-in secret.",
    )
    database_url: str | None = Field(
        default=None,
        description="PostgreSQL, postgresql://user:password@host:5432/nexus. Empty: SQLite in NEXUS_HOME.",
    )
    sqlite_db_path: Path = Field(
        default=Path("nexus.db"),
        description="SQLite file; a relative path is inside NEXUS_HOME.",
    )
    redis_url: str | None = Field(
        default=None,
        description="Redis or Valkey, redis://host:6379/0. Empty: the embedded Valkey of `nexus up`.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level that is logged."
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="`console` for people, `json` for collectors."
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65527,  # `nexus up` counts on from it, a port a part
        description="TCP port where a worker, the bot, the heartbeat or the equipment serves GET /metrics; the gateway "
        "has its own. `nexus up` gives its parts this port and those after it (docs/observing.md). 0: none does.",
    )
    metrics_host: str = Field(
        default="127.0.0.1",
        description="Address where METRICS_PORT listens. Any but a loopback address needs API_SECRET.",
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None,
        description="OpenTelemetry collector, http://localhost:4318; traces of orders go there. Needs `nexus[otel]`.",
    )
    otel_exporter_otlp_headers: SecretStr | None = Field(
        default=None, description="Headers for the collector, name=value with commas."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, the first that has one wins."""
        files = SecretFiles(settings_cls, secrets_dir=secrets_folder())
        return init_settings, env_settings, dotenv_settings, files

    @property
    def home(self) -> Path:
        """`NEXUS_HOME` as an absolute path."""
        return self.nexus_home.expanduser().absolute()

    @property
    def sqlite_path(self) -> Path:
        """The SQLite file as an absolute path."""
        return self.home / self.sqlite_db_path.expanduser()

    @property
    def valkey_socket(self) -> Path:
        """The embedded Valkey's unix socket.

        Raises:
            ConfigurationError: the path is longer than the kernel allows for a socket.
        """
        socket = self.home / "valkey" / "valkey.sock"
        if len(bytes(socket)) > MAX_SOCKET_PATH:
            raise ConfigurationError(
                f"NEXUS_HOME is too deep for a unix socket ({socket}): set it to a shorter path."
            )
        return socket

    @property
    def effective_redis_url(self) -> str:
        """`REDIS_URL`, or the embedded server's socket."""
        return self.redis_url or f"unix://{self.valkey_socket}"


def load_settings[S: CommonSettings](settings_class: type[S]) -> S:
    """Read the environment into `settings_class`.

    Raises:
        ConfigurationError: one line per wrong variable, naming it and what is wrong.
    """
    try:
        return settings_class()
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        ]
        raise ConfigurationError("; ".join(problems)) from None
    except SettingsError as error:
        # A value that is to be JSON and is not; the variable's name stands in the message, in quotes.
        named = re.search(r'"(\w+)"', str(error))
        name = named[1].upper() if named else "a setting"
        raise ConfigurationError(f'{name}: must be JSON, for example {{"ceo": 5}}') from None
