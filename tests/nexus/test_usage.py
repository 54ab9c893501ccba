"""Tokens and money: exact sums, and three ways to write a cost that must not be mixed up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus.usage import FREE_PRICE, NANO, NOTHING_USED, Price, Usage, cost_text

tokens = st.integers(0, 2_000_000)
usages = st.builds(Usage, tokens, tokens, tokens, tokens)
nano_dollars = st.integers(0, 100_000).map(lambda n: n * NANO)
prices = st.builds(Price, nano_dollars, nano_dollars, nano_dollars, nano_dollars)

HAIKU = Price(Decimal("1e-06"), Decimal("5e-06"), Decimal("1e-07"), Decimal("1.25e-06"))


def test_each_kind_of_token_has_its_own_price() -> None:
    assert HAIKU.cost_of(Usage(1_000, 200, 3_000, 40)) == Decimal("0.002350000")


def test_a_cost_has_nano_dollars_and_no_more() -> None:
    one_token = Price(Decimal("0.0000000375"), Decimal(0), Decimal(0), Decimal(0))

    assert one_token.cost_of(Usage(1)) == Decimal("0.000000038")
    assert one_token.cost_of(Usage(2_000_000)) == Decimal("0.075")


@given(prices, st.lists(usages, max_size=20))
def test_the_costs_of_calls_add_up_to_the_cost_of_their_tokens(price: Price, calls: list[Usage]) -> None:
    assert sum(map(price.cost_of, calls), Decimal(0)) == price.cost_of(sum(calls, NOTHING_USED))


@given(usages, usages)
def test_adding_usages_adds_each_kind(one: Usage, other: Usage) -> None:
    both = one + other

    assert both.prompt_tokens == one.prompt_tokens + other.prompt_tokens
    assert both.output_tokens == one.output_tokens + other.output_tokens
    assert both == other + one
    assert both + NOTHING_USED == both


@given(usages)
def test_a_local_model_is_free_whatever_it_used(usage: Usage) -> None:
    assert FREE_PRICE.is_free
    assert FREE_PRICE.cost_of(usage) == 0


def test_a_paid_model_is_not_free_even_where_only_its_cache_costs() -> None:
    assert not Price(Decimal(0), Decimal(0), Decimal(0), NANO).is_free


@pytest.mark.parametrize(
    ("cost", "local", "text"),
    [
        (None, False, "not priced"),
        (None, True, "not priced"),
        (Decimal(0), True, "free (local)"),
        (Decimal(0), False, "$0.0000"),
        (Decimal("0.000123456"), False, "$0.000123"),
        (Decimal("0.0042"), False, "$0.004200"),
        (Decimal("0.0042"), True, "$0.004200"),
        (Decimal("0.01"), False, "$0.0100"),
        (Decimal("0.12345"), False, "$0.1234"),
        (Decimal("12.345"), False, "$12.34"),
        (Decimal("1234.5"), False, "$1234.50"),
    ],
)
def test_a_cost_is_written_as_what_it_is(cost: Decimal | None, local: bool, text: str) -> None:
    assert cost_text(cost, local=local) == text


def test_what_was_paid_is_never_written_as_nothing() -> None:
    assert cost_text(Decimal("0.0000004"), local=False) != "$0.000000"
