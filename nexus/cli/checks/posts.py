"""What can be said about the roles' models without asking them anything: key, price, end of life.

Used by `nexus doctor` and, through the survey, by `nexus up`.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from agents.config import ModelChoice, Post, Provider
from agents.price_sheet import listing_of
from nexus.cli.checks.finding import Finding, Level
from nexus.work_order import Role

WARN_BEFORE = timedelta(days=14)


def check_posts(posts: Sequence[Post], today: date) -> list[Finding]:
    """One finding per role."""
    return [check_post(post, today) for post in posts]


def check_post(post: Post, today: date) -> Finding:
    """Can this role work, at a known price, and for how long?"""
    about = post.role.value
    if post.choice is None:
        if post.role is Role.ADMIN:
            return Finding(Level.OK, about, describe(None))
        return Finding(Level.FAIL, about, post.problem or "has no model: set ANTHROPIC_API_KEY.")
    name = describe(post.choice)
    if post.choice.is_local:
        return Finding(Level.OK, about, name)
    listing = listing_of(post.choice)
    variable = f"NEXUS_MODEL_{post.role.value.upper()}"
    if listing is None:
        text = f"{name} is not in LiteLLM's price table, its cost reads “not priced”: check {variable}."
        return Finding(Level.WARN, about, text)
    return _check_end(about, name, variable, listing.ends, today)


def _check_end(about: str, name: str, variable: str, ends: date | None, today: date) -> Finding:
    if ends is None or ends - today > WARN_BEFORE:
        return Finding(Level.OK, about, name if ends is None else f"{name}, until {ends}")
    if ends < today:
        return Finding(Level.FAIL, about, f"{name} was retired on {ends}: set {variable} to a current model.")
    return Finding(Level.WARN, about, f"{name} is retired on {ends}: set {variable} to a newer model.")


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
