"""Every scenario by name. A new one is a module with a class and a line here."""

from tests.chaos.scenarios.cancels import Cancels
from tests.chaos.scenarios.controls import CONTROLS, Provocations
from tests.chaos.scenarios.flips import Flips
from tests.chaos.scenarios.mixed import Mixed
from tests.chaos.scenarios.paid import Cap, Paid
from tests.chaos.scenarios.poison import Poison
from tests.chaos.scenarios.rolling import Rolling
from tests.chaos.stage import Scenario

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Mixed(),
        Flips(),
        Poison(),
        Rolling(),
        Cancels(),
        Paid(),
        Cap(),
        Provocations(),
        *CONTROLS,
    )
}
