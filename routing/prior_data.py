"""The shipped requests as the prior is trained on them; `python -m routing.prior_data` trains it anew.

The requests are in routing/samples. The prior stands in until the company has verdicts of its own. Its outcomes are
nobody's measurement: they are what the labels' guide expects of each tier (routing/samples/README.md), so its chances
are guesses in the right order.
"""

from dataclasses import dataclass

from nexus.work_order import TIERS, Role
from routing.requests import read_requests
from routing.router import PRIOR
from routing.training import Example, train

SEED = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """A shipped request for one of the tiers: its id, its label, and what the router learns of it."""

    id: str
    label: Role
    example: Example


def samples() -> list[Sample]:
    """The requests whose label is a tier, in the file's order; of a conversation only the newest message counts."""
    return [
        Sample(request.id, Role(request.label), Example(request.text, request.success))
        for request in read_requests()
        if request.label in TIERS and request.success is not None
    ]


def main() -> None:
    """Train the prior and put it where the package ships it."""
    artefact = train([sample.example for sample in samples()], seed=SEED, origin="prior")
    artefact.save(PRIOR)
    print(f"{artefact.manifest.version}: {artefact.manifest.examples} requests, {artefact.manifest.metrics}")


if __name__ == "__main__":
    main()
