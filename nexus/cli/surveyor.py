"""Runs `nexus.cli.survey` in its own process and reads what it found."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from nexus.cli.child import leashed, rotate, tail
from nexus.cli.survey import Survey
from nexus.errors import ConfigurationError, NexusError

REFUSED = 2
LONGEST_S = 120  # a first start compiles every module


async def ask_survey(starter_url: str, log: Path) -> Survey:
    """Find the models and migrate the database.

    Raises:
        ConfigurationError: a setting is wrong.
        NexusError: the database does not answer, or not in time.
    """
    rotate(log)
    argv = leashed([sys.executable, "-m", "nexus.cli.survey", "--starter-url", starter_url])
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=DEVNULL, stdout=PIPE, stderr=errors, start_new_session=True
        )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), LONGEST_S)
    except TimeoutError:
        raise NexusError(f"looking at models and database took over {LONGEST_S} s: see {log}.") from None
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode == 0:
        return Survey.model_validate_json(output)
    line = (tail(log) or [f"the survey ended with {process.returncode} and no word"])[-1]
    raise (ConfigurationError if process.returncode == REFUSED else NexusError)(line)
