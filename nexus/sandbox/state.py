"""Where this process runs code of others, in words: for the workers' beats, `nexus doctor`, and the qa-runner itself.

Looking takes about a second the first time, so nobody looks while somebody waits: a worker looks in the background
(`keep_looking`) and its beats tell what it found (`known_state`).
"""

import asyncio
from dataclasses import dataclass
from typing import Literal

from nexus.clock import Clock
from nexus.logs import get_logger
from nexus.sandbox import cgroup, client, probe
from nexus.sandbox.job import SandboxRefused

log = get_logger(__name__)

type Level = Literal["bubblewrap", "landlock", "none", "away"]

FIRST_LOOK_S, LOOK_S, PROBE_AGAIN_S = 2.0, 30.0, 600.0
WITHOUT = "code in answers is not run (NOT CHECKED), and scripts of your own are refused"

_known: "list[SandboxState]" = []


@dataclass(frozen=True, slots=True)
class SandboxState:
    """`level` is the mechanism, `none`, or `away`: there is to be a qa-runner, and it does not answer.

    `reason` is one line: why it is that level, what follows from it, and what mends it.
    """

    level: Level
    reason: str

    @property
    def is_there(self) -> bool:
        """Whether something can be run."""
        return self.level not in ("none", "away")


def look_at_sandbox() -> SandboxState:
    """How it is now, here or at the qa-runner. Blocking; the probe itself runs once in a process."""
    socket = client.runner_in_use()
    state = _of_this_machine() if socket is None else _of_the_runner()
    _known[:] = [state]
    return state


def known_state() -> SandboxState | None:
    """What the last look found; None before the first."""
    return _known[0] if _known else None


async def keep_looking(clock: Clock) -> None:
    """Look until this is cancelled: soon after the start, then at the runner every 30 s.

    Where this machine had nothing it is probed anew every ten minutes, so that an installed bubblewrap is found.
    """
    await clock.sleep(FIRST_LOOK_S)
    probed_at = clock.monotonic()
    while True:
        before, state = known_state(), await asyncio.to_thread(look_at_sandbox)
        if before != state:
            (log.info if state.is_there else log.warning)(
                "sandbox.level", level=state.level, reason=state.reason
            )
        await clock.sleep(LOOK_S)
        if state.level == "none" and clock.monotonic() - probed_at > PROBE_AGAIN_S:
            probe.forget()
            probed_at = clock.monotonic()


def _of_this_machine() -> SandboxState:
    found = probe.found()
    if found.mechanism is None:
        return SandboxState("none", f"none: {found.why}. Until then {WITHOUT}. Fix: {probe.FIX}")
    if found.mechanism.name == "landlock":
        why = f"landlock, the second choice ({found.why}); {probe.LANDLOCK_LACKS}{_group()}"
        return SandboxState("landlock", why)
    return SandboxState("bubblewrap", f"bubblewrap, with namespaces of its own for every run{_group()}")


def _group() -> str:
    return "; each run has a control group" if cgroup.delegated() else ""


def _of_the_runner() -> SandboxState:
    try:
        level, reason = client.runner_state()
    except SandboxRefused as error:
        return SandboxState("away", f"{error}. Until then code in answers is not run (NOT CHECKED)")
    known: Level = "none" if level not in ("bubblewrap", "landlock") else level  # type: ignore[assignment]
    return SandboxState(known, f"in the qa-runner: {reason}")
