"""The API's own description: /openapi.json and /docs. Served like any other route, so guarded like one."""

from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from gateway.errors import MEDIA_TYPE, FieldError
from gateway.openai_requests import ChatCompletionRequest
from gateway.schemas import ChatRequest

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
async def docs() -> HTMLResponse:
    """Swagger's page over it."""
    return get_swagger_ui_html(openapi_url="/openapi.json", title="NEXUS gateway")


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
