"""What this process does, told to whoever watches it: spans of time, things that happened, and gauges to be read.

Nobody watches unless metrics or traces are switched on (`nexus.observation`); then there are watchers, and until
then a span is a shared object that does nothing. Watchers never see words of an order: callers give facts such as a
role, a model or a number. What a watcher raises is dropped, for nothing that is observed may fail because of it.

    with order_step("work", order_id, role="intern"):     # the top: one process's step of an order
        with span("qa"):                                   # within it
            ...
    happened("leases_lost")
"""

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Protocol, Self

type Fact = str | int | float | bool
type Reading = tuple[tuple[str, ...], float]
"""A gauge's labels, in the order of its definition, and its value."""


class Watcher(Protocol):
    """Is told of everything, in the task or thread where it happens; must be quick."""

    def began(self, span: "Span") -> None:
        """A span begins; may leave its own object in `span.handle`."""
        ...

    def ended(self, span: "Span") -> None:
        """It ended and was not dropped; `ended_ns` and `error` are set."""
        ...

    def happened(self, what: str, amount: float, facts: Mapping[str, Fact]) -> None:
        """Something that is counted happened."""
        ...


class Span:
    """A stretch of time. Times are nanoseconds since 1970; `order_id` None: it concerns no order.

    `is_origin` is the accepting of an order, to which all its other tops belong, in whichever process they are.
    """

    __slots__ = (
        "_token",
        "began_ns",
        "ended_ns",
        "error",
        "facts",
        "handle",
        "is_dropped",
        "is_origin",
        "name",
        "order_id",
        "parent",
    )

    def __init__(
        self,
        name: str,
        order_id: str | None,
        parent: "Span | None",
        facts: dict[str, Fact],
        *,
        is_origin: bool,
    ) -> None:
        self.name, self.order_id, self.parent, self.facts = name, order_id, parent, facts
        self.is_origin = is_origin
        self.began_ns = self.ended_ns = 0
        self.error: str | None = None
        self.is_dropped = False
        self.handle: object = None
        self._token: Token[Span | None] | None = None

    def note(self, **facts: Fact) -> None:
        """Add facts that are known only now."""
        self.facts.update(facts)

    def note_top(self, **facts: Fact) -> None:
        """Add facts to the step that this is a part of."""
        top = self
        while top.parent is not None:
            top = top.parent
        top.facts.update(facts)

    def failed(self, kind: str) -> None:
        """It ended badly; `kind` is an error's name, never its text, which may hold anything."""
        self.error = kind

    def drop(self) -> None:
        """There was nothing in it that is worth telling."""
        self.is_dropped = True

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.ended_ns - self.began_ns) / 1e9

    def __enter__(self) -> Self:
        self.began_ns = self.began_ns or time.time_ns()
        self._token = _current.set(self)
        for watcher in _watchers:
            with contextlib.suppress(Exception):
                watcher.began(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended_ns = self.ended_ns or time.time_ns()
        if kind is not None and self.error is None:
            self.error = kind.__name__
        if self._token is not None:
            with contextlib.suppress(ValueError):  # ended in another context than it began in
                _current.reset(self._token)
        if self.is_dropped:
            return
        for watcher in _watchers:
            with contextlib.suppress(Exception):
                watcher.ended(self)


class _Nothing(Span):
    """What everybody gets while nobody watches."""

    def __init__(self) -> None:
        super().__init__("", None, None, {}, is_origin=False)

    def note(self, **facts: Fact) -> None:
        """Forgotten."""

    def note_top(self, **facts: Fact) -> None:
        """Forgotten."""

    def failed(self, kind: str) -> None:
        """Forgotten."""

    def drop(self) -> None:
        """Nothing is dropped."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


NOTHING = _Nothing()
_watchers: tuple[Watcher, ...] = ()  # of this process; set once at its start, as logging is
_gauges: dict[str, Callable[[], Iterable[Reading]]] = {}
_current: ContextVar[Span | None] = ContextVar("nexus_span", default=None)


def span(name: str, **facts: Fact) -> Span:
    """A part of what runs in this task now."""
    if not _watchers:
        return NOTHING
    parent = _current.get()
    order_id = parent.order_id if parent is not None else None
    return Span(name, order_id, parent, facts, is_origin=False)


def order_step(name: str, order_id: str, *, is_origin: bool = False, **facts: Fact) -> Span:
    """A process's step of an order; whatever ran in this task before has no part in it."""
    if not _watchers:
        return NOTHING
    return Span(name, order_id, None, facts, is_origin=is_origin)


def passed(name: str, seconds: float, **facts: Fact) -> None:
    """A part that ended just now and was not measured here, such as the wait before a claim."""
    if not _watchers:
        return
    part = span(name, **facts)
    part.ended_ns = time.time_ns()
    part.began_ns = part.ended_ns - int(max(0.0, seconds) * 1e9)
    with part:
        pass


def happened(what: str, amount: float = 1, **facts: Fact) -> None:
    """Something that is counted happened."""
    for watcher in _watchers:
        with contextlib.suppress(Exception):
            watcher.happened(what, amount, facts)


def current() -> Span:
    """What runs in this task now, to note facts on."""
    return _current.get() or NOTHING


def offer_gauge(name: str, read: Callable[[], Iterable[Reading]]) -> None:
    """Have `read` called, in another thread, whenever somebody wants to know; the last one of a name is kept."""
    _gauges[name] = read


def gauges() -> Mapping[str, Callable[[], Iterable[Reading]]]:
    """All gauges that were offered."""
    return _gauges


def watch(watcher: Watcher) -> Callable[[], None]:
    """Tell `watcher` of everything from now on; the function that is returned ends that."""
    global _watchers  # noqa: PLW0603 - one tuple a process, read without a lock
    _watchers = (*_watchers, watcher)

    def unwatch() -> None:
        global _watchers  # noqa: PLW0603 - as above
        _watchers = tuple(other for other in _watchers if other is not watcher)

    return unwatch
