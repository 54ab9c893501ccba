"""systemd's notify protocol: one datagram to the socket that `NOTIFY_SOCKET` names (sd_notify(3))."""

import os
import socket
from contextlib import suppress


def notify(*states: str) -> None:
    """Say that, for example `READY=1`; nothing where systemd does not listen."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, suppress(OSError):
        sender.setblocking(False)  # nobody who does not listen may hold up a look
        sender.sendto("\n".join(states).encode(), name)
