"""/api/equipment: the company's deterministic tools, their runs, and when they come due."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from db.statements.equipment import Run, get_run, newest_runs, run_history
from db.statements.equipment_queue import QueueFull, Wish, ask_for_run, runs_by_id
from db.statements.equipment_schedules import ScheduleRow, all_schedules, pause_tool, reschedule
from equipment.cron import Cron
from equipment.registry import find_tool
from equipment.tool import Tool
from gateway.bodies import json_response, read_json
from gateway.equipment_desk import OPEN, Shelf
from gateway.equipment_schemas import (
    RunPage,
    RunRequest,
    RunView,
    ScheduleRequest,
    ScheduleView,
    Tools,
    ToolView,
    flat_schema,
)
from gateway.errors import FieldError, Kind, Problem
from gateway.idempotency import KEY_PARAMETER, idempotency_key
from gateway.openapi import problem_described
from gateway.principals import principal_of
from gateway.services import Services, services_of
from nexus.errors import ConfigurationError
from nexus.ids import new_id

router = APIRouter(tags=["equipment"])

_ROW = r"^[0-9A-HJKMNP-TV-Z]{26}$"
_NO_TOOL: dict[int | str, dict[str, Any]] = {
    404: problem_described("There is no such tool; the detail names those there are")
}

Name = Annotated[str, Path(max_length=64, description="the tool's name", examples=["backup"])]
RunId = Annotated[str, Path(pattern=_ROW, description="the run's id")]


def _body(model: type[BaseModel], *, required: bool) -> dict[str, Any]:
    schema = {"schema": model.model_json_schema()}
    return {"requestBody": {"required": required, "content": {"application/json": schema}}}


@router.get(
    "/api/equipment", operation_id="list_equipment", summary="Which tools are there?", response_model=Tools
)
async def list_equipment(request: Request) -> Response:
    """Every tool with its schedule and its newest run. Tools are deterministic: a run costs no tokens."""
    services = services_of(request)
    shelf = await _shelf(services)
    views = await _views(services, list(shelf.tools.values()))
    return json_response(Tools(tools=views, problem=shelf.problem))


@router.get(
    "/api/equipment/runs/{run_id}",
    operation_id="get_equipment_run",
    summary="One run of a tool",
    response_model=RunView,
    responses={404: problem_described("There is no such run")},
)
async def get_one_run(request: Request, run_id: RunId) -> Response:
    """The run with all of its output that was kept: the first and the last 32 KiB."""
    services = services_of(request)
    run = await services.database.read(get_run, run_id)
    if run is None:
        raise Problem(Kind.NOT_FOUND, f"There is no run {run_id}.")
    return json_response(RunView.of(run, services.clock.now()))


@router.get(
    "/api/equipment/{name}",
    operation_id="get_equipment",
    summary="One tool",
    response_model=ToolView,
    responses=_NO_TOOL,
)
async def get_one_tool(request: Request, name: Name) -> Response:
    """The tool with its schedule and its newest run."""
    services = services_of(request)
    return json_response(await _view(services, await _tool(services, name)))


@router.get(
    "/api/equipment/{name}/runs",
    operation_id="list_equipment_runs",
    summary="What a tool has done",
    response_model=RunPage,
    responses=_NO_TOOL,
)
async def list_runs(
    request: Request,
    name: Name,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(pattern=_ROW, description="`next_cursor` of a page")] = None,
) -> Response:
    """The tool's runs, newest first; of each output the beginning."""
    services = services_of(request)
    tool = await _tool(services, name)
    runs = await services.database.read(run_history, tool=tool.name, cursor=cursor, limit=limit + 1)
    now = services.clock.now()
    page = RunPage(
        items=[RunView.of(run, now, whole=False) for run in runs[:limit]],
        next_cursor=runs[limit - 1].id if len(runs) > limit else None,
    )
    return json_response(page)


@router.post(
    "/api/equipment/{name}/run",
    operation_id="run_equipment",
    summary="Have a tool run now",
    response_model=RunView,
    responses={
        **_NO_TOOL,
        202: {"model": RunView, "description": "It has not ended yet; `Location` is where to read it"},
        409: problem_described(
            "A script of your own, and these are not allowed; or five runs of the tool have not ended"
        ),
    },
    openapi_extra={"parameters": [KEY_PARAMETER], **_body(RunRequest, required=False)},
)
async def post_run(request: Request, name: Name) -> Response:
    """Ask for a run. A process that runs tools (a worker of the admin) takes it within a second or two, once.

    With `wait` this is answered when it has ended, or after so many seconds. A run that nobody has taken says why in
    `hint`, and is given up after an hour. The same Idempotency-Key again is the same run, as long as it is kept.
    """
    services = services_of(request)
    tool = await _tool(services, name)
    body = await read_json(request, RunRequest) if await request.body() else RunRequest()
    _check_allowed(services, tool)
    wish = _wish(request, tool, body)
    try:
        run = await services.database.run(ask_for_run, wish, services.clock.now())
    except QueueFull as error:
        raise Problem(Kind.QUEUE_FULL, str(error)) from None
    _check_same(run, wish)
    wait_s = min(body.wait, services.settings.max_wait_s)
    run = await services.equipment.ended(run, services.database, wait_s, services.stopping)
    if run.status in OPEN:
        run = (await services.database.read(runs_by_id, [run.id])).get(run.id, run)
    view = RunView.of(run, services.clock.now())
    if run.status in OPEN:
        return json_response(view, 202, {"Location": f"/api/equipment/runs/{run.id}"})
    return json_response(view)


@router.get(
    "/api/equipment/{name}/schedule",
    operation_id="preview_equipment_schedule",
    summary="When would a tool come due?",
    response_model=ScheduleView,
    responses=_NO_TOOL,
)
async def get_schedule(
    request: Request,
    name: Name,
    cron: Annotated[
        str | None, Query(max_length=128, description="a schedule to try; absent: the one that holds")
    ] = None,
) -> Response:
    """The tool's schedule, or what it would be with another expression; nothing is changed."""
    services = services_of(request)
    tool = await _tool(services, name)
    row = await _row(services, tool)
    if cron is not None:
        row = ScheduleRow(
            row.tool, row.counts_from, row.is_paused, _cron(services, cron), row.parameters, row.tell
        )
    return json_response(_schedule(services, tool, row))


@router.put(
    "/api/equipment/{name}/schedule",
    operation_id="schedule_equipment",
    summary="Change when a tool comes due",
    response_model=ToolView,
    responses=_NO_TOOL,
    openapi_extra=_body(ScheduleRequest, required=True),
)
async def put_schedule(request: Request, name: Name) -> Response:
    """From now on; what came due before is not caught up. A tool that is paused stays so. Audited."""
    services = services_of(request)
    tool = await _tool(services, name)
    body = await read_json(request, ScheduleRequest)
    cron = _cron(services, body.cron) if body.cron is not None else None
    given = _parameters(tool, body.parameters) if body.parameters is not None else None
    if given is None and (cron or tool.schedule):
        _parameters(tool, {})  # the defaults, which scheduled runs will have
    now = services.clock.now()
    row = ScheduleRow(tool.name, now, cron=cron, parameters=given, tell=body.tell)
    await services.database.run(reschedule, row, by=principal_of(request).id, now=now)
    return json_response(await _view(services, tool))


@router.post(
    "/api/equipment/{name}/pause",
    operation_id="pause_equipment",
    summary="Let a tool come due no more",
    response_model=ToolView,
    responses=_NO_TOOL,
)
async def post_pause(request: Request, name: Name) -> Response:
    """Until it is resumed. It can still be run by whoever asks. Audited."""
    return await _switch(request, name, paused=True)


@router.post(
    "/api/equipment/{name}/resume",
    operation_id="resume_equipment",
    summary="Let a paused tool come due again",
    response_model=ToolView,
    responses=_NO_TOOL,
)
async def post_resume(request: Request, name: Name) -> Response:
    """The end of a pause; what it missed is left to its catch-up policy. Audited."""
    return await _switch(request, name, paused=False)


async def _switch(request: Request, name: str, *, paused: bool) -> Response:
    services = services_of(request)
    tool = await _tool(services, name)
    now = services.clock.now()
    await services.database.run(pause_tool, tool.name, paused=paused, by=principal_of(request).id, now=now)
    return json_response(await _view(services, tool))


async def _shelf(services: Services) -> Shelf:
    return await services.equipment.shelf(services.settings)


async def _tool(services: Services, name: str) -> Tool:
    try:
        return find_tool((await _shelf(services)).tools, name)
    except ConfigurationError as error:
        raise Problem(Kind.NOT_FOUND, f"T{str(error)[1:]}") from None


def _is_allowed(services: Services, tool: Tool) -> bool:
    return services.settings.equipment_allow_scripts or not tool.is_own_script


def _check_allowed(services: Services, tool: Tool) -> None:
    if not _is_allowed(services, tool):
        raise Problem(
            Kind.SCRIPTS_OFF,
            f"{tool.name} is a script of your own: read docs/equipment.md, then set EQUIPMENT_ALLOW_SCRIPTS=true.",
        )


def _parameters(tool: Tool, given: Mapping[str, object]) -> str:
    """`given` as the tool takes it, as JSON.

    Raises:
        Problem: 422, with each wrong parameter as a field.
    """
    try:
        return tool.parameters.model_validate(dict(given)).model_dump_json()
    except ValidationError as error:
        wrong = [
            FieldError(".".join(["parameters", *map(str, one["loc"])]), str(one["msg"]))
            for one in error.errors(include_url=False, include_input=False)
        ]
    detail = "; ".join(f"{one.field}: {one.message}" for one in wrong)
    raise Problem(Kind.INVALID, detail, errors=wrong)


def _cron(services: Services, expression: str) -> str:
    try:
        return Cron(expression, services.settings.budget_timezone).check().expression
    except ConfigurationError as error:
        raise Problem(Kind.INVALID, f"cron: {error}", errors=[FieldError("cron", str(error))]) from None


def _wish(request: Request, tool: Tool, body: RunRequest) -> Wish:
    principal, key = principal_of(request), idempotency_key(request)
    named = hashlib.sha256(f"{principal.id}\0{key}".encode()).hexdigest() if key is not None else None
    return Wish(
        id=new_id(),
        tool=tool.name,
        parameters=_parameters(tool, body.parameters),
        by=principal.id,
        via=principal.via,
        tell=body.tell,
        request_key=named,
    )


def _check_same(run: Run, wish: Wish) -> None:
    if (run.tool, run.parameters, run.tell) != (wish.tool, wish.parameters, wish.tell):
        raise Problem(
            Kind.KEY_REUSED, f"This Idempotency-Key has asked for another run, {run.id} of {run.tool}."
        )


async def _view(services: Services, tool: Tool) -> ToolView:
    return (await _views(services, [tool]))[0]


async def _views(services: Services, tools: list[Tool]) -> list[ToolView]:
    rows = await services.database.read(all_schedules)
    runs = await services.database.read(newest_runs, [tool.name for tool in tools])
    now = services.clock.now()
    return [
        _tool_view(
            services, tool, rows.get(tool.name) or ScheduleRow(tool.name, now), runs.get(tool.name), now
        )
        for tool in tools
    ]


def _tool_view(services: Services, tool: Tool, row: ScheduleRow, last: Run | None, now: datetime) -> ToolView:
    return ToolView(
        name=tool.name,
        description=tool.description,
        description_zh=tool.description_zh,
        parameters=flat_schema(tool),
        timeout_s=tool.timeout_s,
        is_own_script=tool.is_own_script,
        is_allowed=_is_allowed(services, tool),
        per_host=tool.per_host,
        schedule=_schedule(services, tool, row),
        last_run=RunView.of(last, now, whole=False) if last is not None else None,
    )


def _schedule(services: Services, tool: Tool, row: ScheduleRow) -> ScheduleView:
    zone, now = services.settings.budget_timezone, services.clock.now()
    return ScheduleView.of(tool, row, zone, now, is_allowed=_is_allowed(services, tool))


async def _row(services: Services, tool: Tool) -> ScheduleRow:
    rows = await services.database.read(all_schedules)
    return rows.get(tool.name) or ScheduleRow(tool.name, services.clock.now())
