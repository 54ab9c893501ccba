"""The keys: asks each provider for its list of models, which costs nothing, and looks for ours in it."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from agents.config import AgentSettings, Payroll, Provider
from nexus.cli.checks.finding import Finding, Level

TIMEOUT_S = 5.0
ANTHROPIC_URL = "https://api.anthropic.com"
ANTHROPIC_VERSION = "2023-06-01"
OPENAI_URL = "https://api.openai.com/v1"
REFUSED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


@dataclass(frozen=True, slots=True)
class Account:
    """Where one provider lists its models, and the key that opens it."""

    provider: Provider
    variable: str
    url: str
    headers: Mapping[str, str]


def accounts_of(settings: AgentSettings) -> list[Account]:
    """The providers that have a key."""
    accounts = []
    if key := _text(settings.anthropic_api_key):
        url = f"{(settings.anthropic_base_url or ANTHROPIC_URL).rstrip('/')}/v1/models?limit=1000"
        headers = {"x-api-key": key, "anthropic-version": ANTHROPIC_VERSION}
        accounts.append(Account(Provider.ANTHROPIC, "ANTHROPIC_API_KEY", url, headers))
    if key := _text(settings.openai_api_key):
        url = f"{(settings.openai_base_url or OPENAI_URL).rstrip('/')}/models"
        accounts.append(Account(Provider.OPENAI, "OPENAI_API_KEY", url, {"Authorization": f"Bearer {key}"}))
    return accounts


async def check_account(account: Account, payroll: Payroll) -> list[Finding]:
    """Is the key good, and does the provider serve the models we want of it? Spends nothing."""
    about = f"{account.provider.value} key"
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            reply = await client.get(account.url, headers=dict(account.headers))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        base = f"{account.provider.value.upper()}_BASE_URL"
        text = f"{account.provider.value} cannot be reached ({type(error).__name__}): check the network or {base}."
        return [Finding(Level.WARN, about, text)]
    if reply.status_code in REFUSED:
        text = f"{account.variable} is refused ({reply.status_code}): set a valid key."
        return [Finding(Level.FAIL, about, text)]
    if reply.is_error:
        text = f"{account.provider.value} answers {reply.status_code}: {account.variable} is not checked, try later."
        return [Finding(Level.WARN, about, text)]
    return [Finding(Level.OK, about, f"{account.variable} is accepted"), *_missing(account, payroll, reply)]


def _missing(account: Account, payroll: Payroll, reply: httpx.Response) -> list[Finding]:
    try:
        served = {str(model["id"]) for model in reply.json()["data"]}
    except (ValueError, KeyError, TypeError):
        return []
    findings = []
    for role, post in payroll.items():
        choice = post.choice
        if choice is None or choice.provider is not account.provider or not served:
            continue
        if not any(name == choice.model or name.startswith(f"{choice.model}-") for name in served):
            text = f"{account.provider.value} does not list {choice.model}: set NEXUS_MODEL_{role.value.upper()}."
            findings.append(Finding(Level.WARN, role.value, text))
    return findings


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
