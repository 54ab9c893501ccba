"""Runs `nexus.cli.survey` in its own process and reads what it finds, line by line."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nexus.cli.child import leashed, rotate, tail
from nexus.cli.survey import Models, Stores
from nexus.errors import ConfigurationError, NexusError

REFUSED = 2
LONGEST_S = 120  # a first start compiles every module


class Surveyor:
    """A survey under way. `models` first, then `stores`."""

    def __init__(self, process: Process, log: Path) -> None:
        self._process = process
        self._log = log

    async def models(self) -> Models:
        """What the roles work with.

        Raises:
            ConfigurationError: a setting is wrong.
        """
        return Models.model_validate_json(await self._line())

    async def stores(self) -> Stores:
        """The database, migrated.

        Raises:
            ConfigurationError: a setting is wrong.
            NexusError: the database does not answer, or not in time.
        """
        return Stores.model_validate_json(await self._line())

    async def _line(self) -> bytes:
        if self._process.stdout is None:
            raise AssertionError("started without a pipe")
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), LONGEST_S)
        except TimeoutError:
            raise NexusError(f"no word of models and database in {LONGEST_S} s: see {self._log}.") from None
        if line:
            return line
        code = await self._process.wait()
        reason = (tail(self._log) or [f"the survey ended with {code} and no word"])[-1]
        raise (ConfigurationError if code == REFUSED else NexusError)(reason)


@asynccontextmanager
async def surveying(starter_url: str, log: Path) -> AsyncIterator[Surveyor]:
    """Start a survey; what it says besides its findings goes to `log`."""
    rotate(log)
    argv = leashed([sys.executable, "-m", "nexus.cli.survey", "--starter-url", starter_url])
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=DEVNULL, stdout=PIPE, stderr=errors, start_new_session=True
        )
    try:
        yield Surveyor(process, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
