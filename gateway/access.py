"""What decides who comes in, opened with the other services: secrets, tokens, tickets, names and proxies."""

import hmac
import socket
from dataclasses import dataclass

import psutil

from db.store import Store
from gateway.browser_sessions import BrowserSessions
from gateway.config import GatewaySettings
from gateway.hosts import LOCAL_NAMES, HostRules, as_name, parse_names, parse_networks, parse_origins
from gateway.principals import HOLDER, FailedLogins, NobodyAsks, Principal
from gateway.sign_in_links import SignInLinks
from gateway.tickets import Tickets
from gateway.tokens import Tokens, read_jti
from nexus.clock import Clock
from nexus.secret_file import Secrets

WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound


@dataclass(frozen=True, slots=True)
class Access:
    """The parts of the door."""

    secrets: Secrets
    tokens: Tokens
    tickets: Tickets
    sessions: BrowserSessions
    links: SignInLinks
    rules: HostRules
    failed_logins: FailedLogins

    async def by_bearer(self, credential: bytes) -> Principal:
        """Whom a secret or a token belongs to.

        Raises:
            Problem: 401, it opens nothing.
            StoreUnavailable: it is a token, and nobody can say whose now.
        """
        if self.secrets.opens(credential):
            return HOLDER
        return await self.tokens.principal(credential.decode("latin-1"))

    def secret_behind(self, credential: bytes) -> str | None:
        """The active secret that `credential` is, or that signed it; None when it is neither."""
        sent = credential.decode("latin-1")
        for secret in self.secrets.active():
            is_it = hmac.compare_digest(secret.encode(), credential)
            if is_it or read_jti(sent, (secret,)) is not None:
                return secret
        return None


def open_access(
    settings: GatewaySettings, store: Store, clock: Clock, failed_logins: FailedLogins | None = None
) -> Access:
    """The door by these settings.

    Raises:
        ConfigurationError: the file of secrets cannot be used.
    """
    secrets = Secrets(settings.secret_path, settings.given_secrets, clock)
    tokens = Tokens(secrets, store, clock)
    return Access(
        secrets,
        tokens,
        Tickets(store, clock),
        BrowserSessions(secrets, tokens, store, clock),
        SignInLinks(secrets, store, clock),
        host_rules(settings, has_secret=bool(secrets.active())),
        failed_logins or NobodyAsks(),
    )


def host_rules(settings: GatewaySettings, *, has_secret: bool) -> HostRules:
    """By which names we answer: localhost and HOST always; then ALLOWED_HOSTS, or without it this machine's own
    where every address is listened on and a secret is asked for."""
    names = {*LOCAL_NAMES, *parse_names(settings.allowed_hosts)}
    if settings.host not in WILDCARDS:
        names.add(as_name(settings.host))
    elif has_secret and not settings.allowed_hosts.strip():
        names |= own_names()
    return HostRules(
        frozenset(names), parse_origins(settings.allowed_origins), parse_networks(settings.trusted_proxies)
    )


def own_names() -> set[str]:
    """This machine's name, also with `.local`, and its addresses, as they are now."""
    name = socket.gethostname().lower()
    found = {name, f"{name.partition('.')[0]}.local"}
    for addresses in psutil.net_if_addrs().values():
        found |= {
            as_name(one.address) for one in addresses if one.family in (socket.AF_INET, socket.AF_INET6)
        }
    return found
