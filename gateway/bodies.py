"""Reading JSON bodies and writing JSON responses without the framework's detours.

FastAPI would read and parse a body before it runs the app's dependencies; read here, a stranger is refused
first, the JSON goes through pydantic once, and a broken body is told from a wrong one.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import Kind, Problem, from_validation
from gateway.schemas import Limits
from gateway.services import services_of


async def read_json[M: BaseModel](request: Request, model: type[M]) -> M:
    """The request's body as `model`.

    Raises:
        Problem: 413 too large, 415 not declared as JSON, 400 broken, 422 wrong.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(Kind.NOT_JSON, "Send the body with Content-Type: application/json.")
    settings = services_of(request).settings
    limits = Limits(settings.max_content_chars, settings.max_wait_s)
    body = await request.body()
    if len(body) > settings.max_plain_bytes:
        _check_shape(body, settings.max_plain_bytes // 4)
    return parse_json(body, model, limits)


def _check_shape(body: bytes, most_marks: int) -> None:
    """Refuse a large body that is large by its structure: in memory a value takes twenty times its bytes.

    What may be large is base64, which has none of these signs.
    """
    marks = sum(body.count(sign) for sign in (b",", b"[", b"{"))
    if marks > most_marks:
        raise Problem(Kind.TOO_LARGE, f"Besides attachments a body may have {most_marks} values at most.")


def parse_json[M: BaseModel](data: bytes | str, model: type[M], limits: Limits) -> M:
    """`data` as `model`.

    Raises:
        Problem: 400 broken, 422 wrong.
    """
    try:
        return model.model_validate_json(data, context=limits)
    except ValidationError as error:
        raise from_validation(error.errors(include_url=False, include_input=False)) from None


def json_response(model: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`model` as a ready response."""
    return Response(model.model_dump_json(), status, headers, "application/json")
