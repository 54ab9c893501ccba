"""The running company, as its own health report sees it."""

from typing import Any

import httpx

from nexus.cli.checks.finding import Finding, Level
from nexus.cli.company import Address
from nexus.cli.terminal import one_line

TIMEOUT_S = 5.0
LEVELS = {"healthy": Level.OK, "critical": Level.FAIL}


async def check_company(address: Address) -> list[Finding]:
    """One finding per component that is not healthy; [] when no company answers or it has no such report."""
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, headers=address.headers) as client:
            reply = await client.get(f"{address.url}/api/health/detailed")
        report = reply.json() if reply.is_success else {}
        components: dict[str, dict[str, Any]] = dict(report.get("components") or {})
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError, TypeError):
        return []
    findings = [
        Finding(LEVELS.get(str(part.get("status")), Level.WARN), name, _reason(part))
        for name, part in components.items()
        if part.get("status") != "healthy"
    ]
    return findings or ([Finding(Level.OK, "company", "every part is healthy")] if components else [])


def _reason(part: dict[str, Any]) -> str:
    return one_line(f"{part.get('status')}: {part.get('reason') or 'no reason given'}")
