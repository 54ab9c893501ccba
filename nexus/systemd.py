"""systemd's notify protocol, for every process: it works, it lives, it ends (sd_notify(3)). Nothing without systemd.

A unit of `Type=notify` with `WatchdogSec` has its process killed and started again when the pings stop, so they come
from the loop that does the work: a loop that is stuck sends none.
"""

import os
import socket
from contextlib import suppress

from nexus.clock import Clock

PINGS_A_WATCH = 3  # systemd asks for two at least


def notify(*states: str) -> None:
    """Say that, for example `READY=1`; nothing where systemd does not listen."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, suppress(OSError):
        sender.setblocking(False)  # nobody who does not listen may hold up the work
        sender.sendto("\n".join(states).encode(), name)


async def say_it_lives(clock: Clock) -> None:
    """Say that the process works, then that it lives, as often as the unit's `WatchdogSec` needs, until cancelled."""
    notify("READY=1")
    watch_s = watchdog_s()
    while watch_s is not None:
        notify("WATCHDOG=1")
        await clock.sleep(watch_s / PINGS_A_WATCH)


def watchdog_s() -> float | None:
    """Seconds after which systemd ends a process that does not ping; None when it does not watch this one."""
    pid, micros = os.environ.get("WATCHDOG_PID"), os.environ.get("WATCHDOG_USEC", "")
    if not micros.isdigit() or not int(micros) or pid not in (None, str(os.getpid())):
        return None
    return int(micros) / 1e6
