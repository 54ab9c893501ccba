"""/api/telegram/people: who may speak to the Telegram bot. For the owner alone."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from db.statements.leases import TELEGRAM, leases_of
from db.statements.telegram_people import Person, PersonStatus, approve, people, remove
from gateway.auth import owner_only
from gateway.bodies import json_response, read_json
from gateway.doors import client_address
from gateway.errors import Kind, Problem
from gateway.openapi import problem_described
from gateway.principals import principal_of
from gateway.services import Services, services_of
from nexus.errors import StoreUnavailable
from nexus.pairing import LIVES, hash_of

router = APIRouter(tags=["telegram"])

_NOT_KEPT = {"Cache-Control": "no-store"}
_MOST_CODE_CHARS = 32  # the code's eight, with dashes and blanks as somebody may type it
_NO_BOT = problem_described("No bot has ever run for this company")


class PersonView(BaseModel):
    """Somebody who has written to the bot."""

    id: int = Field(description="Telegram's own id of the person")
    name: str = Field(description="as the person calls himself on Telegram; anybody may take any name")
    language: str | None = Field(description="as Telegram says", examples=["zh-hans"])
    status: PersonStatus
    first_seen_at: datetime
    code_given_at: datetime | None = Field(
        description="when the code was shown that waits to be approved; null without one that still opens"
    )
    code_expires_at: datetime | None
    decided_at: datetime | None = Field(description="when the person was let in or removed")
    decided_by: str | None = Field(examples=["owner"])

    @classmethod
    def of(cls, person: Person, now: datetime) -> Self:
        """The person as clients see him."""
        waits = person.status is PersonStatus.WAITING and person.code_until is not None
        until = person.code_until if waits and person.code_until and person.code_until > now else None
        return cls(
            id=person.user_id,
            name=person.name,
            language=person.language,
            status=person.status,
            first_seen_at=person.first_seen_at,
            code_given_at=until - LIVES if until else None,
            code_expires_at=until,
            decided_at=person.decided_at,
            decided_by=person.decided_by,
        )


class PeopleView(BaseModel):
    """Everybody who has written, in the order in which they first did."""

    items: list[PersonView]


class ApproveRequest(BaseModel):
    """The body of POST /api/telegram/people/approve."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    code: str = Field(
        min_length=1,
        max_length=_MOST_CODE_CHARS,
        description="what the bot has shown; small letters, blanks and dashes make no difference",
        examples=["7K3M-9XQ2"],
    )


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": ApproveRequest.model_json_schema()}},
    }
}


@router.get(
    "/api/telegram/people",
    operation_id="list_telegram_people",
    summary="Who may speak to the bot",
    response_model=PeopleView,
    responses={409: _NO_BOT},
)
@owner_only
async def get_people(request: Request) -> Response:
    """Who was let in, who was removed, and who waits, with the age of the code; the code itself is kept nowhere.

    People whom the bot's setting `TELEGRAM_ALLOWED_IDS` lets in need no pairing and stand here as waiting.
    """
    services = services_of(request)
    found = await _people(services)
    now = services.clock.now()
    view = PeopleView(items=[PersonView.of(person, now) for person in found])
    return json_response(view, headers=_NOT_KEPT)


@router.post(
    "/api/telegram/people/approve",
    operation_id="approve_telegram_person",
    summary="Let somebody speak to the bot",
    response_model=PersonView,
    responses={404: problem_described("The code opens nothing"), 409: _NO_BOT},
    openapi_extra=_BODY,
)
@owner_only
async def post_approve(request: Request) -> Response:
    """Whoever was shown this code; the bot tells them within seconds.

    A wrong code is audited and counts for `RATE_LIMIT_LOGIN`.
    """
    services = services_of(request)
    body = await read_json(request, ApproveRequest)
    await _people(services)
    now = services.clock.now()
    person = await services.database.run(approve, hash_of(body.code), principal_of(request).id, now)
    if person is None:
        await services.access.failed_logins.failed(client_address(request))
        raise Problem(
            Kind.NOT_FOUND,
            "This code opens nothing: a code holds for an hour and once. Write to the bot again for a new one.",
        )
    return json_response(PersonView.of(person, now), headers=_NOT_KEPT)


@router.delete(
    "/api/telegram/people/{id}",
    operation_id="remove_telegram_person",
    summary="Let somebody speak to the bot no longer",
    response_model=PersonView,
    responses={404: problem_described("Nobody is paired under this id"), 409: _NO_BOT},
)
@owner_only
async def delete_person(
    request: Request,
    id: Annotated[int, Path(ge=1, le=2**53 - 1)],  # noqa: A002
) -> Response:
    """From the next message on. Whom the bot's setting `TELEGRAM_ALLOWED_IDS` names may go on: change it there."""
    services = services_of(request)
    await _people(services)
    now = services.clock.now()
    person = await services.database.run(remove, id, principal_of(request).id, now)
    if person is None:
        raise Problem(Kind.NOT_FOUND, f"Nobody is paired under {id}.")
    return json_response(PersonView.of(person, now), headers=_NOT_KEPT)


async def _people(services: Services) -> list[Person]:
    """Everybody who has written to the bot.

    The bot may run on another host, so its settings are not ours: that there is one is seen by its lease, or by those
    who wrote to it.

    Raises:
        Problem: 409, there was never a bot.
        StoreUnavailable: nobody can say now.
    """
    if services.store.is_local:
        raise StoreUnavailable("people are in a database that does not answer")
    found = await services.database.read(people)
    if not found and not await services.database.read(leases_of, TELEGRAM):
        raise Problem(
            Kind.NO_BOT,
            "No bot runs: set TELEGRAM_BOT_TOKEN (docs/telegram.md), start the company, and write to the bot.",
        )
    return found
