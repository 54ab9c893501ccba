"""This machine: Python, settings, the data folder, the port, and the parts that come in wheels."""

import os
import sys
from pathlib import Path

import httpx

from agents.config import AgentSettings
from agents.starter_server import find_model_file
from gateway.config import GatewaySettings, check_exposure
from nexus.address import url_of
from nexus.cli.checks.finding import Finding, Level
from nexus.cli.ports import require_free_port
from nexus.cli.valkey import find_valkey
from nexus.errors import ConfigurationError
from nexus.settings import CommonSettings

OLDEST_PYTHON = (3, 12)
PROBE_TIMEOUT_S = 3.0


def check_python() -> Finding:
    """The version that runs this."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding(Level.FAIL, "python", f"{version} is too old: install Python 3.12 or newer.")
    return Finding(Level.OK, "python", version)


def check_home(settings: CommonSettings) -> Finding:
    """Can the data folder be written, and hold a socket?"""
    existing = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        text = f"{settings.home} cannot be written: set NEXUS_HOME to a folder of yours."
        return Finding(Level.FAIL, "data folder", text)
    if settings.redis_url is None:
        try:
            _ = settings.valkey_socket
        except ConfigurationError as error:
            return Finding(Level.FAIL, "data folder", str(error))
    made = "" if settings.home.exists() else ", made at the first start"
    return Finding(Level.OK, "data folder", f"{settings.home}{made}")


def check_port(settings: GatewaySettings) -> Finding:
    """Is the gateway's port free, or is it ours already?"""
    try:
        check_exposure(settings)
        require_free_port(settings.host, settings.port)
    except ConfigurationError as error:
        if _is_ours(url_of(settings)):
            return Finding(Level.OK, "port", f"the company answers at {url_of(settings)}")
        return Finding(Level.FAIL, "port", str(error))
    return Finding(Level.OK, "port", f"{settings.port} on {settings.host} is free")


def _is_ours(url: str) -> bool:
    try:
        reply = httpx.get(f"{url}/health", timeout=PROBE_TIMEOUT_S, trust_env=False)
        return reply.status_code == httpx.codes.OK and "version" in reply.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError):
        return False


def check_valkey(settings: CommonSettings) -> Finding:
    """The server in the wheel; of no matter when REDIS_URL is set."""
    if settings.redis_url:
        return Finding(Level.OK, "embedded valkey", "not used, REDIS_URL is set")
    try:
        return Finding(Level.OK, "embedded valkey", str(find_valkey()))
    except ConfigurationError as error:
        return Finding(Level.FAIL, "embedded valkey", str(error))


def check_starter(*, needed: bool) -> Finding:
    """The starter model's file; its absence matters only when nothing else serves the tiers."""
    try:
        file: Path = find_model_file()
    except ConfigurationError as error:
        return Finding(Level.FAIL if needed else Level.WARN, "starter model", str(error))
    use = "in use until there is a better model" if needed else "not needed"
    return Finding(Level.OK, "starter model", f"{file.name}, {use}")


def check_overrides(settings: AgentSettings) -> Finding | None:
    """A script of answers is for trials; nobody should run a company on it unknowingly."""
    if settings.nexus_script is None:
        return None
    if not Path(settings.nexus_script).is_file():
        text = f"NEXUS_SCRIPT={settings.nexus_script} is no file: correct it or leave it empty."
        return Finding(Level.FAIL, "script", text)
    return Finding(
        Level.WARN, "script", "scripted models give prepared answers: empty NEXUS_SCRIPT for real ones."
    )
