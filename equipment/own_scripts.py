"""The owner's own scripts: one file in `NEXUS_HOME/equipment/` and one line in `NEXUS_HOME/equipment.toml`.

[tools]
greet = { file = "greet.py", description = "Says hello.", schedule = "0 7 * * *", parameters = { name = "text" } }
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model
from pydantic_core import PydanticUndefined

from equipment.config import EquipmentSettings
from equipment.cron import Cron
from equipment.matching import words_of
from equipment.tool import Answers, CatchUp, Intent, Parameters, Tool
from nexus.errors import ConfigurationError

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
LONGEST_S = 24 * 3600.0

Kind = Literal["text", "integer", "number", "boolean"]
Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
KINDS: dict[Kind, Any] = {"text": Text, "integer": int, "number": float, "boolean": bool}


class ParameterLine(BaseModel):
    """One parameter; without a default it must be given."""

    model_config = ConfigDict(extra="forbid")

    type: Kind
    default: str | int | float | bool | None = None
    help: str = ""


class ToolLine(BaseModel):
    """One line of the registry."""

    model_config = ConfigDict(extra="forbid")

    file: str
    description: str = Field(min_length=1, max_length=200)
    description_zh: str = Field(default="", max_length=200)
    timeout_s: float = Field(default=60.0, gt=0, le=LONGEST_S)
    schedule: str | None = None
    catch_up: CatchUp = "none"
    per_host: bool = False
    again_when_lost: bool = False
    network: bool = False
    answers: bool = False
    words: list[str] = []
    examples: list[str] = []
    parameters: dict[str, ParameterLine | Kind] = {}


class RegistryFile(BaseModel):
    """`equipment.toml`."""

    model_config = ConfigDict(extra="forbid")

    tools: dict[str, ToolLine] = {}


def read_own_scripts(settings: EquipmentSettings) -> list[Tool]:
    """The tools that the owner has registered; none when there is no registry file.

    Raises:
        ConfigurationError: the file cannot be read, or a field is wrong; each wrong field is named.
    """
    file = settings.registry_file
    try:
        lines = RegistryFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).tools
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{file}: {error}") from None
    except ValidationError as error:
        raise ConfigurationError("; ".join(_problems(file, error))) from None
    return [_tool(name, line, settings) for name, line in lines.items()]


def _problems(file: Path, error: ValidationError) -> Iterator[str]:
    for item in error.errors():
        # A parameter may be written in two ways; pydantic then names the one that it tried.
        place = [str(part) for part in item["loc"] if not re.match(r"ParameterLine|literal\[", str(part))]
        yield f"{file.name}: {'.'.join(place)}: {item['msg']}"


def _tool(name: str, line: ToolLine, settings: EquipmentSettings) -> Tool:
    place = f"{settings.registry_file.name}: tools.{name}"
    if not NAME.fullmatch(name):
        raise ConfigurationError(f"{place}: a name is small letters, digits and _, and begins with a letter.")
    if line.schedule is not None:
        try:
            Cron(line.schedule, settings.budget_timezone).check()
        except ConfigurationError as error:
            raise ConfigurationError(f"{place}.schedule: {error}") from None
    tool = Tool(
        name=name,
        description=line.description,
        description_zh=line.description_zh or line.description,
        work=_file(f"{place}.file", line.file, settings.scripts_folder),
        timeout_s=line.timeout_s,
        parameters=_model(f"{place}.parameters", name, line.parameters),
        schedule=line.schedule,
        catch_up=line.catch_up,
        per_host=line.per_host,
        again_when_lost=line.again_when_lost,
        answers=_answers(line),
        network=line.network,
    )
    if tool.schedule is not None:
        _runs_without_parameters(place, tool)
    return tool


def _answers(line: ToolLine) -> Answers:
    """Every word of an example may stand beside the words; those must be there."""
    beside = tuple(word for example in line.examples for word in words_of(example))
    words = tuple(word.lower() for word in line.words)
    return Answers(
        (Intent(words, beside=beside, own=words, examples=tuple(line.examples)),) if words else (),
        may_answer=line.answers,
    )


def _file(place: str, name: str, folder: Path) -> Path:
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()):
        raise ConfigurationError(f"{place}: {name} is not inside {folder}.")
    if not file.is_file():
        raise ConfigurationError(f"{place}: there is no file {folder / name}.")
    return file


def _model(place: str, tool: str, lines: dict[str, ParameterLine | Kind]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for name, given in lines.items():
        if not NAME.fullmatch(name):
            raise ConfigurationError(f"{place}.{name}: a name is small letters, digits and _.")
        line = given if isinstance(given, ParameterLine) else ParameterLine(type=given)
        default = PydanticUndefined if line.default is None else line.default
        fields[name] = (
            KINDS[line.type],
            Field(default=default, description=line.help, validate_default=True),
        )
    model: type[BaseModel] = create_model(f"ParametersOf_{tool}", __base__=Parameters, **fields)
    return model


def _runs_without_parameters(place: str, tool: Tool) -> None:
    try:
        tool.parameters()
    except ValidationError as error:
        missing = ", ".join(str(item["loc"][0]) for item in error.errors())
        raise ConfigurationError(f"{place}.schedule: needs a good default for {missing}.") from None
