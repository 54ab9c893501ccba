"""`python -m benchmarks.million`: is a company with a million finished orders as quick as a new one?

Fills a store, then measures it beside an empty one: end to end, pages of the list, what workers ask every second,
and a prune while orders run. See README.md.
"""

import argparse
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from benchmarks.contenders import Contender, Outfit, outfit_scripted, start_company
from benchmarks.filling import SPAN_DAYS, Filling, rows_of, timed_fill
from benchmarks.load import LoadGenerator
from benchmarks.looking import DEPTHS, FILTERS, PAGE, idle_looks, pages
from benchmarks.machine import look_at_machine
from db.engine import Database, open_database
from db.migrate import migrate
from db.retention import prune
from nexus.settings import CommonSettings

WARM_UP = 40


@dataclass(frozen=True, slots=True)
class Stores:
    """Two stores of one kind; `settings` are the environment variables that name them."""

    kind: str
    full: Mapping[str, str]
    empty: Mapping[str, str]


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 1 when somebody did not come up or gave a wrong answer."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that everything is ended
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nexus-million-")))
            print(look_at_machine(folder))
            stores = stack.enter_context(_on_postgres(folder)) if options.postgres else _on_sqlite(folder)
            _run(stores, folder, options)
    except RuntimeError as error:
        print(f"million: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.million", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000, help="finished orders in the full store")
    parser.add_argument("--postgres", action="store_true", help="on a durable PostgreSQL instead of SQLite")
    parser.add_argument("--rounds", type=int, default=15, help="how often both companies are measured")
    parser.add_argument("--each", type=int, default=40, help="orders of one measurement")
    parser.add_argument("--prune-s", type=float, default=60, help="how long to prune while orders run")
    return parser


def _on_sqlite(folder: Path) -> Stores:
    return Stores(
        "SQLite",
        {"SQLITE_DB_PATH": str(folder / "full.db")},
        {"SQLITE_DB_PATH": str(folder / "empty.db")},
    )


@contextmanager
def _on_postgres(folder: Path) -> Iterator[Stores]:
    from benchmarks.contenders import outfit_on_postgres  # noqa: PLC0415

    folder.chmod(0o755)
    with outfit_on_postgres(0, 1, folder / "postgres") as outfit:
        url = outfit.settings["DATABASE_URL"]
        admin = sa.create_engine(
            url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
        )
        names = ("nexus_full", "nexus_empty")
        with admin.connect() as connection:
            for name in names:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
        admin.dispose()
        full, empty = (url.replace("/postgres?", f"/{name}?") for name in names)
        yield Stores("PostgreSQL", {"DATABASE_URL": full}, {"DATABASE_URL": empty})


def _open(settings: Mapping[str, str]) -> Database:
    return open_database(
        CommonSettings.model_validate({name.lower(): value for name, value in settings.items()})
    )


def _run(stores: Stores, folder: Path, options: argparse.Namespace) -> None:
    filling = Filling(options.orders, datetime.now(UTC))
    with closing(_open(stores.full)) as full, closing(_open(stores.empty)) as empty:
        for database in (full, empty):
            migrate(database)
        taken_s = timed_fill(filling, full)
        size = f"{_bytes_of(full) / 1e9:.1f} GB"
        print(
            f"\n{stores.kind}: {options.orders:,} orders, {rows_of(full):,} rows, {size}, in {taken_s:.0f} s"
        )
        _show_pages(full, filling)
        _show_idle(full, empty)
        with ExitStack() as stack:
            load = stack.enter_context(LoadGenerator())
            companies = [
                stack.enter_context(start_company(_outfit(folder, letter, settings), folder / letter))
                for letter, settings in (("full", stores.full), ("empty", stores.empty))
            ]
            _show_end_to_end(load, companies, options)
            _show_prune(load, companies[0], full, options)


def _bytes_of(database: Database) -> int:
    asked = (
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        if database.is_sqlite
        else "SELECT pg_database_size(current_database())"
    )
    return int(database.read_sync(lambda connection: connection.exec_driver_sql(asked).scalar_one()))


def _outfit(folder: Path, letter: str, settings: Mapping[str, str]) -> Outfit:
    scripted = outfit_scripted(folder, 1)
    return Outfit(letter, letter, {**scripted.settings, **settings})


def _show_pages(full: Database, filling: Filling) -> None:
    print(
        f"\n| page of {PAGE}, ms (ratio to the first) | first | "
        + " | ".join(f"at {d} %" for d in DEPTHS[1:])
        + " |"
    )
    print("|---|" + "--:|" * len(DEPTHS))
    for name, (status, owner) in FILTERS.items():
        first, *deep = pages(full, filling, status, owner)
        cells = " | ".join(f"{page.ms:.2f} ({page.ratio:.2f})" for page in deep)
        print(f"| {name} | {first.ms:.2f} | {cells} |", flush=True)


def _show_idle(full: Database, empty: Database) -> None:
    print("\n| asked while nothing happens | ms, full | ms, empty | how it is found in the full store |")
    print("|---|--:|--:|---|")
    for look, same in zip(idle_looks(full), idle_looks(empty), strict=True):
        plan = "; ".join(line.strip() for line in look.plan.splitlines())
        verdict = "READS ALL: " if look.reads_all else ""
        print(f"| {look.name} | {look.ms:.2f} | {same.ms:.2f} | {verdict}{plan[:220]} |", flush=True)


def _show_end_to_end(load: LoadGenerator, companies: list[Contender], options: argparse.Namespace) -> None:
    for company in companies:
        load.run(company.target, concurrency=1, orders=WARM_UP)
    rounds: list[dict[str, float]] = []
    for number in range(options.rounds):
        turn = companies if number % 2 else companies[::-1]
        rounds.append({company.letter: _p50_ms(load, company, options.each) for company in turn})
    ratios = [one["full"] / one["empty"] for one in rounds]
    full, empty = (median(one[letter] for one in rounds) for letter in ("full", "empty"))
    spread = f"{min(ratios):.2f} … {max(ratios):.2f}"
    print(
        f"\n| end to end, p50 of {options.each} orders, median of {options.rounds} rounds | full | empty | ratio |"
    )
    print("|---|--:|--:|--:|")
    print(f"| ms | {full:.1f} | {empty:.1f} | {median(ratios):.2f} ({spread}) |", flush=True)


def _p50_ms(load: LoadGenerator, company: Contender, orders: int) -> float:
    outcome = load.run(company.target, concurrency=1, orders=orders)
    return median(sample.latency_s for sample in outcome.samples) * 1000


def _show_prune(load: LoadGenerator, company: Contender, full: Database, options: argparse.Namespace) -> None:
    """Orders run one after the other, first alone, then while a prune runs."""
    before = _p50_ms(load, company, options.each)
    pruner = _Pruner(full, options.prune_s)
    pruner.start()
    latencies: list[float] = []
    while pruner.is_alive():
        outcome = load.run(company.target, concurrency=1, orders=20)
        latencies += [sample.latency_s * 1000 for sample in outcome.samples]
    pruner.join()
    latencies.sort()
    p99 = latencies[-(-99 * len(latencies) // 100) - 1]
    print("\n| prune while orders run | |\n|---|--:|")
    print(
        f"| orders deleted | {pruner.orders:,} in {pruner.seconds:.0f} s, {pruner.orders / pruner.seconds:,.0f}/s |"
    )
    print(f"| rows deleted | {pruner.rows / pruner.seconds:,.0f}/s |")
    print(f"| longest transaction | {pruner.longest_s * 1000:.0f} ms |")
    print(f"| orders answered meanwhile | {len(latencies):,} |")
    print(f"| p50 ms before → meanwhile | {before:.1f} → {median(latencies):.1f} |")
    print(f"| p99, most, ms meanwhile | {p99:.1f}, {latencies[-1]:.1f} |", flush=True)


class _Pruner(threading.Thread):
    """Deletes what is older than half of the span, for some seconds."""

    def __init__(self, database: Database, seconds: float) -> None:
        super().__init__()
        self._database = database
        self._for_s = seconds
        self.orders = self.rows = 0
        self.seconds = self.longest_s = 0.0

    def run(self) -> None:
        now, began = datetime.now(UTC), time.monotonic()
        cutoff = now - timedelta(days=SPAN_DAYS / 2)
        step = time.monotonic()

        def rest(seconds: float) -> None:
            nonlocal step
            self.longest_s = max(self.longest_s, time.monotonic() - step)
            time.sleep(seconds)
            step = time.monotonic()

        for pruned in prune(self._database, cutoff, now, rest=rest):
            self.orders, self.rows = pruned.orders, pruned.rows.total()
            if time.monotonic() - began > self._for_s:
                break
        self.seconds = time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
