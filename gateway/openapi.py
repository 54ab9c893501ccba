"""The API's own description: /openapi.json and /docs. Served like any other route, so guarded like one."""

import asyncio
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from gateway.api_page import START, START_PATH, api_page
from gateway.bundle import ASK_FIRST
from gateway.errors import MEDIA_TYPE, FieldError
from gateway.openai_requests import ChatCompletionRequest
from gateway.pages import HEADERS
from gateway.schemas import ChatRequest
from gateway.services import services_of

router = APIRouter(include_in_schema=False)


class ProblemDocument(BaseModel):
    """RFC 9457: what every error looks like."""

    type: str = Field(examples=["urn:nexus:problem:not-found"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="the path that was asked for")
    request_id: str | None = Field(description="the response's X-Request-ID, as the log has it")
    errors: list[FieldError] = Field(default=[], description="the fields that are wrong, if any")
    order_id: str | None = Field(
        default=None, description="409 of a repeated key: the order that is worked on"
    )
    session_id: str | None = Field(default=None, description="409 of a repeated key: its conversation")
    url: str | None = Field(default=None, description="409: where the order is read")


PROBLEM_RESPONSE: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
}


def problem_described(description: str) -> dict[str, Any]:
    """One status of a route that is a problem, in words."""
    return PROBLEM_RESPONSE["default"] | {"description": description}


@router.get("/openapi.json")
async def openapi_json(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    app: FastAPI = request.app
    return JSONResponse(describe(app))


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Swagger's page over it."""
    shelf = services_of(request).shelf
    if not shelf.is_fresh():
        await asyncio.to_thread(shelf.look)
    return HTMLResponse(api_page(shelf.bundle), headers={**HEADERS, "Cache-Control": ASK_FIRST})


@router.get(START_PATH)
async def docs_start() -> Response:
    """What the page runs: a file of its own, for no script in a page is allowed."""
    headers = {**HEADERS, "Cache-Control": ASK_FIRST}
    return Response(START, headers=headers, media_type="text/javascript; charset=utf-8")


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once: the routes, the bodies we read ourselves, problems and the token."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        _, extra = models_json_schema(
            [
                (ChatRequest, "validation"),
                (ChatCompletionRequest, "validation"),
                (ProblemDocument, "serialization"),
            ],
            ref_template="#/components/schemas/{model}",
        )
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {}).update(extra["$defs"])
        components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{}, {"bearer": []}]
        app.openapi_schema = schema
    return app.openapi_schema
