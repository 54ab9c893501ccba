"""The receipt's one line."""

from decimal import Decimal

from nexus.receipt import Receipt
from nexus.work_order import Difficulty, Role


def a_receipt(**changes: object) -> Receipt:
    facts = {
        "order_id": "WO-1",
        "role": Role.INTERN,
        "difficulty": Difficulty.TRIVIAL,
        "reason": "a short factual question",
        "rule": "small_fact",
        "model": "claude-haiku-4-5",
        "provider": "anthropic",
        "local": False,
        "note": None,
        "qa_passed": 5,
        "qa_total": 5,
        "checks": [],
        "attempts": 1,
        "path": [Role.INTERN],
        "input_tokens": 120,
        "output_tokens": 30,
        "cost_usd": Decimal("0.00027"),
        "seconds": 1.26,
    }
    return Receipt.model_validate(facts | changes)


def test_one_attempt_is_one_line_of_facts() -> None:
    assert a_receipt().text() == (
        "Intern (claude-haiku-4-5) · a short factual question · QA 5/5 · 120+30 tokens · $0.000270 · 1.3 s · WO-1"
    )


def test_several_attempts_show_who_tried() -> None:
    path = [Role.INTERN, Role.INTERN, Role.DIRECTOR]

    text = a_receipt(role=Role.DIRECTOR, attempts=3, path=path).text()

    assert text.startswith("Director (claude-haiku-4-5)")
    assert " · QA 5/5 · 3 attempts (intern → intern → director) · 120+30 tokens · " in text


def test_the_ceo_is_an_abbreviation() -> None:
    assert a_receipt(role=Role.CEO).text().startswith("CEO (")


def test_an_unknown_price_is_not_priced_and_a_local_model_free() -> None:
    assert " · not priced · " in a_receipt(cost_usd=None, local=True).text()
    assert " · free (local) · " in a_receipt(cost_usd=Decimal(0), local=True).text()


def test_an_order_that_nobody_worked_on_names_no_model() -> None:
    receipt = a_receipt(role=Role.ADMIN, model=None, provider=None, attempts=0, path=[])

    assert receipt.text().startswith("Admin · a short factual question · ")


def test_it_is_the_same_after_a_trip_through_json() -> None:
    receipt = a_receipt(cost_usd=Decimal("0.000000001"))

    assert Receipt.model_validate_json(receipt.model_dump_json()) == receipt
