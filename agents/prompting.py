"""Prompts: Jinja files rendered strictly, so a missing value is an error and not an empty line."""

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from agents.completion import ModelRequest
from nexus.work_order import Attachment

_TAG = re.compile(r"<(\s*/?\s*document)", re.IGNORECASE)
_IN_A_NAME = {ord("<"): "‹", ord(">"): "›", ord('"'): "'"}
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


def document_block(document: Attachment, text: str) -> str:
    """`text`, out of `document`, between marks that nothing in it can close.

    A tag of that name inside loses its angle bracket, whatever its case and spacing.
    """
    name = " ".join((document.name or "unnamed").split()).translate(_IN_A_NAME)
    inside = _TAG.sub(r"&lt;\1", text)
    return f'<document name="{name}">\n{inside}\n</document>'


def prompt_json(request: ModelRequest) -> str:
    """The messages as stored with the call. Of a picture or a sound stands there what it is, by its hash."""
    messages: list[dict[str, object]] = [{"role": "system", "content": request.system}]
    messages += [{"role": turn.role, "content": turn.content} for turn in request.turns]
    brought = request.pictures if request.sound is None else (request.sound.attachment,)
    if brought:
        messages[-1]["attachments"] = [
            {"kind": each.kind.value, "media_type": each.media_type, "size": each.size, "sha256": each.sha256}
            for each in brought
        ]
    return json.dumps(messages, ensure_ascii=False)


def prompt_hash(prompt: str) -> str:
    """sha256 of the stored prompt, in hex."""
    return hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()
