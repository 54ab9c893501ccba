"""`nexus link telegram web cli`, `nexus unlink`, `nexus linked`: on the host alone, and never for the wrong person."""

from datetime import timedelta

import pytest
from typer.testing import CliRunner, Result

from db.engine import Database
from db.statements.linking import links
from db.statements.telegram_people import approve, give_code, meet
from nexus.cli.main import app
from nexus.pairing import hash_of
from nexus.work_order import Channel
from tests.builders import now


def nexus(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def paired(database: Database, user_id: int, code: str) -> None:
    database.run_sync(meet, user_id, f"Person {user_id}", "en", now())
    database.run_sync(give_code, user_id, hash_of(code), now() + timedelta(hours=1))
    assert database.run_sync(approve, hash_of(code), "operator:me", now()) is not None


def accounts(database: Database) -> set[tuple[Channel, str]]:
    return {(link.channel, link.account) for link in database.read_sync(links)}


def test_the_one_paired_person_is_linked_with_the_web_and_taken_out_again(sqlite: Database) -> None:
    paired(sqlite, 4711, "7K3M-9XQ2")

    made = nexus("link", "telegram", "web", "cli")
    assert made.exit_code == 0, made.output
    assert accounts(sqlite) == {(Channel.TELEGRAM, "4711"), (Channel.REST, ""), (Channel.WEBSOCKET, "")}
    assert "telegram 4711" in nexus("linked").output

    assert nexus("unlink", "telegram").exit_code == 0
    assert accounts(sqlite) == {(Channel.REST, ""), (Channel.WEBSOCKET, "")}


@pytest.mark.parametrize(
    ("people", "arguments"),
    [((), ()), ((1, 2), ()), ((1,), ("--person", "3"))],
    ids=["nobody paired", "two people", "not paired"],
)
def test_it_is_refused_where_it_cannot_be_told_who_is_the_owner(
    sqlite: Database, people: tuple[int, ...], arguments: tuple[str, ...]
) -> None:
    for user_id in people:
        paired(sqlite, user_id, f"7K3M-9XQ{user_id}")

    refused = nexus("link", "telegram", "web", *arguments)

    assert refused.exit_code == 2
    assert accounts(sqlite) == set()


def test_of_two_people_the_named_one_is_linked(sqlite: Database) -> None:
    for user_id in (1, 2):
        paired(sqlite, user_id, f"7K3M-9XQ{user_id}")

    assert nexus("link", "telegram", "web", "--person", "2").exit_code == 0
    assert (Channel.TELEGRAM, "2") in accounts(sqlite)
    assert (Channel.TELEGRAM, "1") not in accounts(sqlite)


def test_an_unknown_channel_is_named_and_nothing_is_linked(sqlite: Database) -> None:
    refused = nexus("link", "web", "fax")

    assert (refused.exit_code, "fax" in refused.output) == (2, True)
    assert accounts(sqlite) == set()
    assert nexus("unlink", "web").exit_code == 2
    assert "Nothing is linked" in nexus("linked").output
