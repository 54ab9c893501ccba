"""The roles and their models, in findings: who works with what, and what the probe found of each model.

Used by `nexus doctor` and, through the survey, by `nexus up`.
"""

from collections.abc import Iterable, Sequence

from agents.config import ModelChoice, Post, Provider
from agents.probe import ModelReport
from nexus.cli.checks.finding import Finding, Level
from nexus.model_status import ModelStatus
from nexus.work_order import Role

LEVELS = {
    ModelStatus.HEALTHY: Level.OK,
    ModelStatus.UNKNOWN: Level.WARN,
    ModelStatus.DEGRADED: Level.WARN,
    ModelStatus.CRITICAL: Level.FAIL,
}


def check_posts(posts: Iterable[Post], reports: Sequence[ModelReport]) -> list[Finding]:
    """One finding per role: who answers first, and who after that."""
    return [check_post(post, reports) for post in posts]


def check_post(post: Post, reports: Sequence[ModelReport]) -> Finding:
    """Can anybody work in this role?"""
    about = post.role.value
    if not post.choices:
        if post.role is Role.ADMIN:
            return Finding(Level.OK, about, describe(None))
        return Finding(Level.FAIL, about, post.problem or "has no model: set ANTHROPIC_API_KEY.")
    usable = usable_choices(post, reports)
    if usable:
        return Finding(Level.OK, about, describe_post(post, reports))
    if post.role is Role.ADMIN:
        return Finding(Level.OK, about, f"{describe(None)}, for {post.choices[0].model} does not answer")
    names = ", ".join(choice.model for choice in post.choices)
    text = (
        f"nobody can work here: see what is said of {names}, or run `nexus up`, which brings a starter model."
    )
    return Finding(Level.FAIL, about, text)


def usable_choices(post: Post, reports: Sequence[ModelReport]) -> tuple[ModelChoice, ...]:
    """The post's models that a call can be made to, as far as the probe knows."""
    unusable = {report.choice for report in reports if not report.is_usable}
    return tuple(choice for choice in post.choices if choice not in unusable)


def check_models(reports: Iterable[ModelReport]) -> list[Finding]:
    """One finding for each model that is well, with its price and end, and one for each problem.

    What is wrong with an account is said once, though it is wrong with each of its models.
    """
    found: dict[str, Finding] = {}
    for report in reports:
        if not report.problems:
            found[f"{report.choice}"] = Finding(Level.OK, report.choice.model, report.summary)
        for problem in report.problems:
            found.setdefault(problem.text, Finding(LEVELS[problem.status], problem.about, problem.text))
    return list(found.values())


def describe_post(post: Post, reports: Sequence[ModelReport]) -> str:
    """Who works in a role, in words: its first model that can be used, what is after it, and who does not answer."""
    usable = usable_choices(post, reports)
    if not usable:
        return describe(post.choice)
    then = f", then {', '.join(choice.model for choice in usable[1:])}" if usable[1:] else ""
    passed_over = [choice.model for choice in post.choices[: post.choices.index(usable[0])]]
    instead = f", in place of {', '.join(passed_over)}" if passed_over else ""
    return f"{describe(usable[0])}{then}{instead}"


def describe(choice: ModelChoice | None) -> str:
    """A model and where it runs, in a few words."""
    if choice is None:
        return "works by rules, without a model"
    if choice.weak:
        return f"{choice.model} (starter model, on this machine, free)"
    if choice.provider is Provider.SCRIPTED:
        return f"{choice.model} (scripted answers, no model)"
    if choice.is_local:
        return f"{choice.model} ({choice.provider.value}, local, free)"
    return f"{choice.model} ({choice.provider.value})"
