"""Prompts: Jinja files rendered strictly, so a missing value is an error and not an empty line."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from agents.completion import ModelRequest

FOLDER = Path(__file__).parent / "prompts"


def render(name: str, **values: object) -> str:
    """The prompt file `name` with `values` filled in."""
    return _template(name).render(**values).strip()


@lru_cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - plain text for a model, not HTML
    )
    return environment.get_template(name)


def prompt_json(request: ModelRequest) -> str:
    """The messages as stored with the call."""
    messages = [{"role": "system", "content": request.system}]
    messages += [{"role": turn.role, "content": turn.content} for turn in request.turns]
    return json.dumps(messages, ensure_ascii=False)


def prompt_hash(prompt: str) -> str:
    """sha256 of the stored prompt, in hex."""
    return hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()
