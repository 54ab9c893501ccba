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


def test_without_any_call_nothing_was_spent() -> None:
    receipt = a_receipt(model=None, cost_usd=Decimal(0), input_tokens=0, output_tokens=0, attempts=0, path=[])

    assert " · 0+0 tokens · nothing spent · " in receipt.text()


def test_it_is_the_same_after_a_trip_through_json() -> None:
    receipt = a_receipt(cost_usd=Decimal("0.000000001"))

    assert Receipt.model_validate_json(receipt.model_dump_json()) == receipt


def test_what_the_ceo_would_have_cost_is_said_where_it_differs() -> None:
    assert " · $0.000270 · the CEO: $0.001350 · 1.3 s" in a_receipt(ceo_cost_usd=Decimal("0.00135")).text()
    assert "the CEO" not in a_receipt(ceo_cost_usd=Decimal("0.00027")).text()


def test_a_free_answer_shows_what_the_ceo_would_have_cost() -> None:
    text = a_receipt(cost_usd=Decimal(0), local=True, ceo_cost_usd=Decimal("0.0135")).text()

    assert " · free (local) · the CEO: $0.0135 · " in text


def test_a_fallback_names_who_did_not_answer_once() -> None:
    silent = {"provider": "anthropic", "model": "claude-haiku-4-5", "trouble": "overloaded (529)"}

    text = a_receipt(model="gpt-5.4-nano", provider="openai", fallbacks=[silent, silent]).text()

    assert text.startswith(
        "Intern (gpt-5.4-nano) · a short factual question · after claude-haiku-4-5 did not answer · QA 5/5"
    )


def test_cached_tokens_are_said() -> None:
    assert " · 120+30 tokens (100 cached) · " in a_receipt(cached_tokens=100).text()


def test_what_is_partly_not_priced_says_both() -> None:
    text = a_receipt(cost_usd=None, priced_usd=Decimal("0.01")).text()

    assert " · not priced (beside $0.0100 that is) · " in text


def test_a_receipt_of_an_older_version_still_loads_and_claims_nothing_new() -> None:
    new = {"ceo_cost_usd", "saved_usd", "priced_usd", "fallbacks", "cached_tokens"}

    old = Receipt.model_validate_json(a_receipt().model_dump_json(exclude=new))

    assert (old.ceo_cost_usd, old.saved_usd, old.priced_usd) == (None, None, None)
    assert (old.fallbacks, old.cached_tokens) == ([], 0)
    assert old.text() == a_receipt().text()
