"""An acceptance spec in words, for the employee who has to meet it."""

from qa.demands.wording import sentence_for
from qa.spec import QaSpec


def requirements(spec: QaSpec) -> list[str]:
    """One sentence per demand that the client's message made; what goes without saying is not said."""
    said: list[str] = []
    if spec.format is not None:
        said += _format(spec)
    if spec.completeness is not None:
        said += [f"contain exactly: {text}" for text in spec.completeness.required_substrings]
        said += [f"not contain: {text}" for text in spec.completeness.forbidden_substrings]
    if spec.code_execution is not None and spec.code_execution.enabled:
        said.append(
            f"give the {spec.code_execution.language} code in one fenced block, free of syntax errors"
        )
    if spec.answer is not None and spec.answer.max_chars is not None:
        said.append(f"be at most {spec.answer.max_chars} characters long")
    if spec.judge is not None:
        said.append(f"meet these criteria, by which another model judges it: {spec.judge.criteria}")
    # What is marked as unchecked is not pressed on the employee either: the request itself is there to be read.
    said += [sentence_for(demand) for demand in spec.demands if demand.unchecked is None]
    return said


def _format(spec: QaSpec) -> list[str]:
    wanted = spec.format
    if wanted is None or wanted.type == "text":
        return []
    said = [f"be valid {'JSON and nothing else' if wanted.type == 'json' else wanted.type}"]
    if wanted.required_keys:
        said.append(f"have the keys {', '.join(wanted.required_keys)}")
    if wanted.json_schema is not None:
        said.append(f"match this JSON schema: {wanted.json_schema}")
    return said
