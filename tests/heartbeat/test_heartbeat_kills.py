"""The short version of `python -m tests.heartbeat.kills`: two parts of a real company, killed once each."""

from pathlib import Path

import pytest

from tests.botapi.api import BotApi
from tests.heartbeat.kills import HEALED_S, Company, kill_all


@pytest.mark.e2e
@pytest.mark.timeout(400)
def test_the_owner_hears_once_of_each_death_and_of_each_return(tmp_path: Path) -> None:
    with BotApi() as api:
        company = Company(tmp_path, api, starter=False, interval_s=2)
        try:
            company.start()
            kills = kill_all(company, ["telegram", "worker admin"], 1)
            assert [kill.messages for kill in kills if not kill.is_told_once] == []
            assert all(kill.healed_s < HEALED_S for kill in kills)
            assert company.be_quiet(6) == []
            assert "heartbeat" in company.up.nexus("status").stdout
        finally:
            company.stop()
