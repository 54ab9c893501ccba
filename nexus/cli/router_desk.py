"""`nexus router show|eval|train`: the learned router's numbers, on paper and on labelled requests."""

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from agents.learning.current import CurrentRouter
from nexus.cli.exam_labels import Labels, read_labels
from nexus.errors import PermanentError
from nexus.settings import CommonSettings, load_settings
from nexus.work_order import Role
from routing.evaluation import Pair, Standing, standing
from routing.metrics import calibration_error
from routing.router import Router


def show() -> None:
    """Print which router decides, what it was trained on, its numbers on requests it had not seen, and its history.

    Raises:
        ConfigurationError: not even the shipped router can be used.
    """
    from nexus.cli.router_company import show_history  # noqa: PLC0415

    current = _current()
    router = current.router()
    typer.echo(described(router))
    if current.note:
        typer.echo(f"note: {current.note}")
    show_history()


def described(router: Router) -> str:
    """The router's manifest for people."""
    manifest, numbers = router.manifest, router.manifest.metrics
    origin = "the prior that ships with NEXUS" if manifest.origin == "prior" else f"origin: {manifest.origin}"
    lines = [
        f"router {router.version} ({origin})",
        f"trained on {manifest.examples} requests, seed {manifest.seed}, data {manifest.data_sha256[:12]}",
        f"{len(manifest.features)} features, members: boosted trees, static vectors, pieces of words",
        "",
        f"{'tier':<10} {'outcomes':>8} {'passed':>7} {'Brier':>7} {'calibration error':>18}   (unseen requests)",
    ]
    for tier in manifest.tiers:
        outcomes, passed = numbers[f"{tier.value}_outcomes"], numbers[f"{tier.value}_success"]
        brier, ece = numbers[f"{tier.value}_brier"], numbers[f"{tier.value}_ece"]
        lines.append(f"{tier.value:<10} {outcomes:>8.0f} {passed:>7.1%} {brier:>7.3f} {ece:>18.3f}")
    if manifest.origin == "prior":
        lines.append("The prior's outcomes are what the guide of its samples expects, measured by nobody.")
    return "\n".join(lines)


def evaluate(data: Sequence[Path], out: Path | None, weak: str | None, strong: str | None) -> None:
    """Print how well the router in use orders and judges labelled requests.

    Raises:
        PermanentError: the rows cannot be read, or `out` cannot be written.
        ConfigurationError: not even the shipped router can be used.
    """
    router = _current().router()
    labels = read_labels(data, weak, strong)
    orders, errors = judged(router, labels)
    names = ", ".join(f"{role.value} {model}" for role, model in labels.models.items())
    typer.echo(f"router {router.version} on {len(labels.rows)} requests it was not trained on; {names}")
    for name, order in orders.items():
        typer.echo(
            f"{name:<8} APGR {order.apgr:.3f} ({order.low:.3f} to {order.high:.3f}), CPT 50 % {order.cpt50:.1%},"
            f" CPT 80 % {order.cpt80:.1%}"
        )
    typer.echo(
        "calibration error: " + ", ".join(f"{role.value} {error:.3f}" for role, error in errors.items())
    )
    if out is not None:
        found = {
            "version": router.version,
            "rows": len(labels.rows),
            "models": {role.value: model for role, model in labels.models.items()},
            **{name: order.to_json() for name, order in orders.items()},
            "ece_by_tier": {role.value: round(error, 4) for role, error in errors.items()},
        }
        _write(out, found)


def judged(router: Router, labels: Labels) -> tuple[dict[str, Standing], dict[Role, float]]:
    """The orders by router and by length, and the calibration error of each tier."""
    import numpy as np  # noqa: PLC0415

    found = router.predict_many([row.prompt for row in labels.rows])
    scores = {
        role: np.array([row.scores[model] for row in labels.rows]) for role, model in labels.models.items()
    }
    ones = np.ones(len(labels.rows))
    pair = Pair(scores[Role.INTERN], scores[Role.CEO], ones, ones)
    orders = {
        "router": standing(np.array([each.gain for each in found]), pair),
        "length": standing(np.array([float(len(row.prompt)) for row in labels.rows]), pair),
    }
    errors = {
        role: calibration_error(np.array([each.success[role] for each in found]), scores[role])
        for role in scores
    }
    return orders, errors


def train(data: Sequence[Path] | None, out: Path | None, weak: str | None, strong: str | None) -> None:
    """Train from labelled files into a folder; without files, from the company's own verdicts.

    Raises:
        PermanentError: only one of data and out is given, the rows cannot be used, or the folder cannot be written.
    """
    if data is None and out is None:
        from nexus.cli.router_company import train_company  # noqa: PLC0415

        train_company()
        return
    if not data or out is None:
        raise PermanentError(
            "training from files takes both: --data for the rows and --out for the new router's folder"
        )
    from routing.training import train as train_on  # noqa: PLC0415

    try:
        artefact = train_on(read_labels(data, weak, strong).examples, origin="files")
        artefact.save(out)
    except ValueError as error:
        raise PermanentError(str(error)) from None
    except OSError as error:
        raise PermanentError(f"{out}: cannot be written: {error.strerror}") from error
    typer.echo(
        f"{artefact.manifest.version}: trained on {artefact.manifest.examples} requests, written to {out}"
    )
    typer.echo("The company does not use it: it learns from its own verdicts (`nexus router train`).")


def _current() -> CurrentRouter:
    return CurrentRouter(load_settings(CommonSettings).home)


def _write(out: Path, found: dict[str, object]) -> None:
    try:
        out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise PermanentError(f"{out}: cannot be written: {error.strerror}") from error
