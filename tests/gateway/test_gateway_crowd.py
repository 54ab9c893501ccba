"""A small crowd and some hundred malformed frames; full size: `python -m tests.gateway.crowd`, `….malformed`."""

import asyncio
from pathlib import Path

import pytest

from tests.gateway.company import Running
from tests.gateway.crowd import Size, crowd
from tests.gateway.malformed import send_all
from tests.running import SCRIPTED, Up

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


async def test_nobody_in_a_crowd_misses_or_repeats_an_event_however_often_he_is_cut_off(
    tmp_path: Path,
) -> None:
    up = Up(tmp_path, **SCRIPTED)
    try:
        await asyncio.to_thread(up.wait_for, "NEXUS is ready")
        outcome = await crowd(
            up, Size(clients=30, silent=3, cut=4, cuts=4, sessions=5, orders_per_s=5), seed=1
        )
    finally:
        await asyncio.to_thread(up.stop)

    assert outcome.faults == []
    assert outcome.events > 100


async def test_every_malformed_frame_is_answered_and_none_is_taken_for_a_request(gateway: Running) -> None:
    answers = await send_all(gateway.ws_url, seed=1, count=600)

    assert answers.total() == 600
    assert {"bad-frame", "invalid"} <= answers.keys()
