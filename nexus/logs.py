"""Logging: structlog over the standard library, to standard error, one line an event, without secrets."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from nexus.redaction import MASK, SECRET_NAMES, learn_secrets, redact, secrets_of
from nexus.settings import CommonSettings

# These write secrets (Telegram's URLs hold the token) or one line per request at INFO.
NOISY = (
    "httpx",
    "httpcore",
    "LiteLLM",
    "LiteLLM Proxy",
    "LiteLLM Router",
    "uvicorn.access",
    "asyncio",
    "alembic",
    "telegram",
    "urllib3",
)


def configure_logs(settings: CommonSettings, process: str) -> None:
    """Set up logging for this process; every line carries `process`, and none a secret of `settings`."""
    learn_secrets(secrets_of(settings))
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_named_secrets,
    ]
    renderer: structlog.typing.Processor
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer()
        shared.append(structlog.processors.format_exc_info)
    else:
        # Plain: the pretty kind prints local variables, and those hold keys and messages.
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _RedactingFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level, force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)


def _without_named_secrets(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Cut out what is called `password` and the like; the rest of the line is looked at as it is written."""
    for name in event.keys() & SECRET_NAMES:
        event[name] = MASK
    return event


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Looks at the finished line, so at exceptions and other libraries' messages too."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        return redact(super().format(record))


_trace_of: Callable[[str], str] | None = None


def name_traces(trace_of: Callable[[str], str] | None) -> None:
    """From now on lines about an order carry its trace's id too; None ends that."""
    global _trace_of  # noqa: PLW0603 - one a process, as logging is
    _trace_of = trace_of


@contextmanager
def lines_about(order_id: str) -> Iterator[None]:
    """Every line that is written in this task until the context ends carries `order`, whoever writes it."""
    marks = {"order": order_id}
    if _trace_of is not None:
        marks["trace"] = _trace_of(order_id)
    with structlog.contextvars.bound_contextvars(**marks):
        yield


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; `name` is the module's `__name__`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
