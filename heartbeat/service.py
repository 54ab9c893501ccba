"""The heartbeat's entry: `python -m heartbeat.service [--once] [--enable-telegram] [--enable-recovery] [--interval S]`.

Once, for cron: prints a table; exit 1 when something is critical, 0 otherwise, 2 for a wrong setting. Else it looks
until SIGTERM, and tells systemd, when that started it, that it lives. It calls no model.
"""

import argparse
import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress

from heartbeat.config import HeartbeatSettings
from heartbeat.finding import worst
from heartbeat.http_probe import get_status
from heartbeat.office import LAST_WORDS_S, Heartbeat, Options
from heartbeat.table import print_table
from nexus.clock import Clock, SystemClock
from nexus.errors import ConfigurationError
from nexus.logs import configure_logs, get_logger
from nexus.model_status import ModelStatus
from nexus.observation import observation
from nexus.redaction import learn_secrets
from nexus.settings import load_settings
from nexus.systemd import notify

log = get_logger(__name__)

PING_TIMEOUT_S = 5.0
LONGEST_INTERVAL_S = 3600.0


async def look_once(settings: HeartbeatSettings, options: Options) -> int:
    """One look, told and printed; 1 when something is critical."""
    heartbeat = Heartbeat(settings, options, SystemClock())
    try:
        found = await heartbeat.look()
        await heartbeat.tell_now()
    finally:
        await heartbeat.close()
    print_table(found)
    critical = worst(found) is ModelStatus.CRITICAL
    await _ping(settings.heartbeat_ping_url, critical=critical)
    return 1 if critical else 0


async def keep_looking(settings: HeartbeatSettings, options: Options, clock: Clock) -> None:
    """Look until SIGTERM or SIGINT."""
    stop = _stop_on_signals()
    heartbeat = Heartbeat(settings, options, clock)
    telling = asyncio.create_task(heartbeat.keep_telling())
    looking = asyncio.create_task(_look_for_ever(heartbeat, settings, options, clock))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([stopping, looking, telling], return_when=asyncio.FIRST_COMPLETED)
    finally:
        notify("STOPPING=1")
        for task in (looking, telling, stopping):
            task.cancel()
        results = await asyncio.gather(looking, telling, stopping, return_exceptions=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await heartbeat.tell_now()
        await heartbeat.close()
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _look_for_ever(
    heartbeat: Heartbeat, settings: HeartbeatSettings, options: Options, clock: Clock
) -> None:
    pings = set[asyncio.Task[None]]()
    due = clock.monotonic()
    await heartbeat.look_at_parts()
    while True:
        found = await heartbeat.look()
        heartbeat.say_it_lives()
        notify("READY=1", "WATCHDOG=1", f"STATUS=the company is {worst(found).value}")
        if settings.heartbeat_ping_url and not pings:
            critical = worst(found) is ModelStatus.CRITICAL
            ping = asyncio.create_task(_ping(settings.heartbeat_ping_url, critical=critical))
            pings.add(ping)
            ping.add_done_callback(pings.discard)
        # By the clock's beat, not by when the last look was done; what was missed is not made up for.
        due = max(due + options.interval_s, clock.monotonic())
        await clock.sleep(due - clock.monotonic())


async def _ping(url: str, *, critical: bool) -> None:
    """Tell the service outside that we live; `/fail` says that not all is well. Its address is a secret of sorts."""
    if not url:
        return
    try:
        async with asyncio.timeout(PING_TIMEOUT_S):
            status = await get_status(f"{url}/fail" if critical else url)
    except (OSError, ValueError, TimeoutError) as error:
        log.warning("heartbeat.ping_failed", error=type(error).__name__)
        return
    if status >= 400:
        log.warning("heartbeat.ping_refused", status=status)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def parse_options(arguments: list[str] | None, settings: HeartbeatSettings) -> Options:
    """The command line over the settings.

    Raises:
        ConfigurationError: the interval is none.
    """
    parser = argparse.ArgumentParser(
        prog="python -m heartbeat.service", description="Looks after the company."
    )
    parser.add_argument("--once", action="store_true", help="look once, print a table, exit 1 if critical")
    parser.add_argument("--enable-telegram", action="store_true", help="tell paired owners by Telegram")
    parser.add_argument("--enable-recovery", action="store_true", help="end parts that hang, make room")
    parser.add_argument("--interval", type=float, metavar="S", help="seconds between two looks")
    chosen = parser.parse_args(arguments)
    interval_s = settings.heartbeat_interval_s if chosen.interval is None else chosen.interval
    if not 1 <= interval_s <= LONGEST_INTERVAL_S:
        raise ConfigurationError(f"--interval {interval_s:g}: 1 to 3600 seconds.")
    if chosen.enable_telegram and settings.telegram_bot_token is None:
        sys.stderr.write("nexus heartbeat: TELEGRAM_BOT_TOKEN is empty, so nobody is told by Telegram\n")
    telegram = chosen.enable_telegram and settings.telegram_bot_token is not None
    return Options(interval_s, telegram, chosen.enable_recovery, chosen.once)


def main(arguments: list[str] | None = None) -> int:
    """Run it; 0 after a signal, 1 when `--once` found something critical, 2 for a wrong setting."""
    try:
        settings = load_settings(HeartbeatSettings)
        options = parse_options(arguments, settings)
        configure_logs(settings, "heartbeat")
        learn_secrets([url for url in (settings.heartbeat_ping_url,) if url])
        gc.freeze()  # what start-up built never dies
        if options.once:
            return asyncio.run(look_once(settings, options))
        with observation(settings, "heartbeat"):
            log.info("heartbeat.ready", interval_s=options.interval_s, process_id=os.getpid())
            asyncio.run(keep_looking(settings, options, SystemClock()))
    except ConfigurationError as error:
        sys.stderr.write(f"nexus heartbeat: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
