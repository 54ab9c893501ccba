"""Two classic bugs, put into the bot's process by patching its modules, and then the bot. The storm's controls.

`python -m tests.interfaces.telegram.storm_bugs BUG`. No product code knows of them; every patch names what it
replaces, so that a rename breaks the control loudly.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from typing import Any

KEPT_LATER_S = 1.0


def confirm_before_keeping() -> None:
    """Telegram is told that updates were taken a second before they are kept."""
    from interfaces.telegram.inbox import Inbox  # noqa: PLC0415

    keep, keeping = Inbox.take, set[asyncio.Task[None]]()

    async def later(self: Inbox, updates: Sequence[Any]) -> None:
        await asyncio.sleep(KEPT_LATER_S)
        await keep(self, updates)

    async def take(self: Inbox, updates: Sequence[Any]) -> None:
        keeping.add(asyncio.create_task(later(self, updates)))

    _replace(Inbox, "take", take)


def no_journal() -> None:
    """What is sent is written down nowhere."""
    from interfaces.telegram import sending  # noqa: PLC0415

    for name in ("begin_send", "confirm_send", "forget_send"):
        _replace(sending, name, lambda *_: None)


def _replace(owner: object, name: str, new: object) -> None:
    if not hasattr(owner, name):
        raise AttributeError(f"{owner!r} has no {name}: the control no longer fits the code")
    setattr(owner, name, new)


BUGS: dict[str, Callable[[], None]] = {
    "confirm-before-keeping": confirm_before_keeping,
    "no-journal": no_journal,
}


def main() -> int:
    """Patch this process, then be the bot."""
    BUGS[sys.argv.pop(1)]()
    from interfaces.telegram import bot  # noqa: PLC0415

    return bot.main()


if __name__ == "__main__":
    sys.exit(main())
