"""By which names the gateway answers, which pages may send to it, and which proxies are believed. Pure rules."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

type _Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class HostRules:
    """`names` are lower case, with a port or for every port; `origins` are as browsers send them."""

    names: frozenset[str]
    origins: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()

    def answers_to(self, host: str) -> bool:
        """May the gateway be called by this Host, in lower case?"""
        match = _AUTHORITY.fullmatch(host)
        return match is not None and (match[1] in self.names or host in self.names)

    def takes_pages_of(self, origin: str, host: str) -> bool:
        """May a page of this origin send to us, whom it calls `host`? Both in lower case."""
        if origin in self.origins:
            return True
        scheme, _, authority = origin.partition("://")
        default = _DEFAULT_PORTS.get(scheme)
        if default is None or not _AUTHORITY.fullmatch(authority):
            return False
        return authority.removesuffix(default) == host.removesuffix(default)

    def client_behind(self, peer: str, forwarded: Iterable[str]) -> str:
        """The sender's address: the peer's, or what trusted proxies say of it in X-Forwarded-For.

        Hops are read from the right, each believed only when the one that named it is trusted; one that is no
        address ends it.
        """
        if not self.proxies:
            return peer
        hops = [hop for line in forwarded for hop in line.split(",")]
        address = _address(peer)
        client = peer
        while hops and address is not None and self._trusts(address):
            address = _hop(hops.pop())
            if address is not None:
                client = str(address)
        return client

    def is_proxy(self, address: str) -> bool:
        """True for the address of a trusted proxy."""
        parsed = _address(address)
        return parsed is not None and self._trusts(parsed)

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self.proxies)


def is_loopback(host: str) -> bool:
    """True for `localhost` and for addresses only this machine can reach, mapped IPv4 included."""
    if host == "localhost":
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def as_name(address: str) -> str:
    """An address or name as it stands in a Host header."""
    plain = address.partition("%")[0].lower()
    return f"[{plain}]" if ":" in plain else plain


def parse_names(text: str) -> frozenset[str]:
    """`a.example, b.example:8443` as a set.

    Raises:
        ValueError: one of them is no host name; names it.
    """
    return frozenset(
        _checked(part, _AUTHORITY, "a host, like nexus.lan or nexus.lan:8000") for part in _parts(text)
    )


def parse_origins(text: str) -> frozenset[str]:
    """`https://a.example, http://b.example:3000` as a set.

    Raises:
        ValueError: one of them is no origin; names it.
    """
    pattern = re.compile(rf"https?://{_AUTHORITY.pattern}")
    return frozenset(_checked(part, pattern, "an origin, like https://nexus.lan") for part in _parts(text))


def parse_networks(text: str) -> tuple[Network, ...]:
    """`10.0.0.0/8, 127.0.0.1` as networks.

    Raises:
        ValueError: one of them is no address and no network; says which.
    """
    return tuple(ipaddress.ip_network(part, strict=False) for part in _parts(text))


def _parts(text: str) -> Sequence[str]:
    return [part for part in re.split(r"[,\s]+", text.lower()) if part]


def _checked(part: str, pattern: re.Pattern[str], kind: str) -> str:
    if not pattern.fullmatch(part):
        raise ValueError(f"{part!r} is not {kind}")
    return part


def _hop(text: str) -> _Address | None:
    """The address in `1.2.3.4`, `1.2.3.4:80`, `::1` or `[::1]:80`, as proxies write them."""
    plain = text.strip()
    match = re.fullmatch(r"\[([^\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}", plain)
    return _address((match[1] or match[2] or "") if match else plain)


def _address(text: str) -> _Address | None:
    """The address, a mapped IPv4 one in its own form; None for what is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
