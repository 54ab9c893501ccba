"""An offline replay sees what the worker saw: the documents, the request, the word of models that were asked then."""

import json

from db.engine import Database
from nexus.bus import Bus
from nexus.work_order import Role
from tests.agents.test_judge_on_request import Speaking, ruling
from tests.nexus.cli.test_cli_money import company, said_by
from tests.nexus.cli.worked import said, worked
from tests.photos import a_document

__all__ = ["company"]  # a fixture


async def test_an_answer_that_quotes_its_document_is_judged_by_it_again(company: Database, bus: Bus) -> None:
    document = a_document("The tenant pays 950 euros on the third day of each month.")
    answer = said('The document says "the tenant pays 950 euros on the third day".')
    order = await worked(
        company, bus, "What does it say?", [answer], attachments=(document,), requested_tier=Role.INTERN
    )

    shown = said_by("replay", order.id)

    assert "QA then: passed 5/5; now: passed 5/5: the verdict holds" in shown


async def test_an_error_of_the_request_is_none_of_the_answer_then_and_now(
    company: Database, bus: Bus
) -> None:
    answer = said("3 x 12 = 38 is what you wrote; 3 x 12 is 36.")
    order = await worked(company, bus, "Look at 3 x 12 = 38, please", [answer], requested_tier=Role.INTERN)

    assert "the verdict holds" in said_by("replay", order.id)


async def test_a_judges_word_of_then_stands(company: Database, bus: Bus) -> None:
    spec = json.dumps({"name": "x", "judge": {"criteria": "friendly"}})
    model = Speaking()
    model.sayings = ["Hello there, Ms Byron!", ruling("pass")]
    order = await worked(
        company, bus, "Greet her", [], spec_json=spec, requested_tier=Role.INTERN, model=model
    )

    shown = said_by("replay", order.id)

    assert "qa by anthropic/claude-sonnet-4-6" in shown
    assert "the verdict holds" in shown
