"""`python -m agents.learning [--least N] [--actor NAME]`: train the router on the company's verdicts, once.

Started by `nexus router train` and by the tool `router_training`. Prints what it does, a line a step. Exit 0 also
where the candidate is refused or there is too little to learn from; 1 when it could not, 2 for a wrong setting.
"""

import argparse
import os
import signal
import sys
from contextlib import closing

from agents.learning.company import LEAST_LABELS, Company, Lesson, learn
from agents.learning.samples import shipped_samples
from agents.learning.trainer import train_in_child
from db.engine import open_database
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, NexusError
from nexus.logs import configure_logs
from nexus.settings import CommonSettings, load_settings

NICE = 10


def main() -> int:
    """Learn once."""
    parser = argparse.ArgumentParser(prog="python -m agents.learning", description="Train the router.")
    parser.add_argument("--least", type=int, default=LEAST_LABELS, help="judged orders that there must be")
    parser.add_argument("--actor", default="operator", help="who asked for it, for the audit")
    arguments = parser.parse_args()
    os.nice(NICE)
    signal.signal(signal.SIGTERM, _leave)
    try:
        settings = load_settings(CommonSettings)
        configure_logs(
            settings.model_copy(update={"log_level": "WARNING"}), "learning"
        )  # what it prints is read
        with closing(open_database(settings, must_exist=True)) as database:
            company = Company(database, settings.home, train_in_child, shipped_samples())
            lesson = learn(company, SystemClock().now(), arguments.actor, least=arguments.least, say=_say)
    except NexusError as error:
        _say(str(error))
        return 2 if isinstance(error, ConfigurationError) else 1
    _say(conclusion(lesson))
    return 0


def conclusion(lesson: Lesson) -> str:
    """One line for people."""
    if lesson.version is None:
        return f"Nothing was trained: {lesson.decision.reason}."
    word = "adopted" if lesson.decision.adopted else "refused"
    return f"{lesson.version} was {word}: {lesson.decision.reason}."


def _leave(_number: int, _frame: object) -> None:
    """What is open is closed on the way out: the child ends, the workroom goes, nothing is adopted."""
    sys.exit(143)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
