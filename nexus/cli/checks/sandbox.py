"""Where code in answers and scripts of the owner's are run: found out by trying, as a worker does."""

from nexus.cli.checks.finding import Finding, Level
from nexus.sandbox.client import use_runner
from nexus.sandbox.state import look_at_sandbox
from qa.config import QaSettings


def check_sandbox(settings: QaSettings) -> Finding:
    """Nothing of the company's stops without one, so its absence is to be looked at and no failure. About a second."""
    use_runner(settings.qa_runner_socket)
    state = look_at_sandbox()
    return Finding(Level.OK if state.is_there else Level.WARN, "sandbox", state.reason)
