"""What `nexus up` shows while the parts come up: a spinner a part on a terminal, else plain lines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.text import Text


class Elapsed(ProgressColumn):
    """Seconds since a step began; stands still when it is done."""

    def render(self, task: Task) -> Text:
        """The cell."""
        seconds = task.finished_time if task.finished else task.elapsed
        return Text(f"{seconds or 0:.1f} s", style="dim")


class Progress:
    """Shows each step from `begin` to `ready`. As a context it ends the animation; `say` works after that too."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = RichProgress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}", markup=False),
            Elapsed(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}
        self._is_animated = False

    def __enter__(self) -> Self:
        self._live.start()
        self._is_animated = not self._live.disable
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.finish()

    def begin(self, name: str) -> None:
        """`name` is being started, for the first time or again."""
        self._began[name] = time.monotonic()
        if self._is_animated and name not in self._tasks:
            self._tasks[name] = self._live.add_task(name, total=1)

    def ready(self, name: str) -> None:
        """`name` works."""
        if self._is_animated:
            self._live.update(self._tasks[name], completed=1)
        else:
            self.say(f"{name} ready in {time.monotonic() - self._began[name]:.1f} s")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """`begin` and, unless it fails, `ready`."""
        self.begin(name)
        yield
        self.ready(name)

    def say(self, line: str) -> None:
        """One line, above the animation while there is one."""
        self._console.print(Text(line), soft_wrap=True)

    def finish(self) -> None:
        """End the animation; from now on everything is a plain line."""
        self._is_animated = False
        self._live.stop()
