"""300 orders arrive while chat, orders and metrics are open: each page ends with the right numbers and keeps little.

How long anything takes is measured by `python -m benchmarks.dashboard_live`, with 5,000; here it would be the machine's
mood.
"""

from pathlib import Path

import pytest

from benchmarks.dashboard_live import FIRST_LOAD_BYTES, Found, measure, render

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
ORDERS = 300
GROWTH_MIB = 60


@pytest.fixture(scope="module")
def found(bundle: Path) -> Found:
    """`measure` itself fails when a page ends with other numbers than the API."""
    return measure(ORDERS)


def test_pages_that_orders_arrive_on_do_not_keep_all_they_have_shown(found: Found) -> None:
    for page in found.storm.pages:
        assert page.heap_after - page.heap_before < GROWTH_MIB, render(found)


def test_what_is_typed_meanwhile_is_handled(found: Found) -> None:
    assert found.storm.keys > 10


def test_the_first_view_loads_little(found: Found) -> None:
    assert found.first.gzip_bytes <= FIRST_LOAD_BYTES, render(found)
