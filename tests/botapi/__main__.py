"""`python -m tests.botapi --port 8081 --token 123:abc`: the fake by hand. Set TELEGRAM_API_BASE_URL to its URL.

You are the owner: a line on stdin is said to the bot, `!press Stop` presses the newest button of that name, `!quit`
ends. What the bot answers is printed. The same over HTTP: `POST /control/say {"user": 1000, "text": "/start"}`,
`POST /control/press {"user": 1000, "button": "Stop"}`, `GET /control/transcript?user=1000`.
"""

import argparse
import asyncio
import sys

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.botapi.api import TOKEN, BotApi
from tests.botapi.people import Person


class Hand:
    """Plays people by commands."""

    def __init__(self, token: str, port: int, language: str) -> None:
        self.language = language
        self.people: dict[int, Person] = {}
        routes = (
            Route("/control/say", self.say, methods=["POST"]),
            Route("/control/press", self.press, methods=["POST"]),
            Route("/control/transcript", self.show),
        )
        self.api = BotApi(token, port=port, routes=routes)

    def person(self, user: int) -> Person:
        """The person of that id, who is made when needed."""
        if user not in self.people:
            self.people[user] = self.api.person(user, f"User {user}", language_code=self.language)
        return self.people[user]

    def press_newest(self, user: int, button: str) -> None:
        """Press the newest button of that name.

        Raises:
            LookupError: there is none.
        """
        person = self.person(user)
        shown = [message for message in self.api.messages(person) if button in message.buttons]
        if not shown:
            raise LookupError(f"no button {button!r}")
        person.presses(shown[-1], button)

    async def say(self, request: Request) -> Response:
        """`POST /control/say`."""
        body = await request.json()
        said = self.person(int(body["user"])).says(str(body["text"]))
        return JSONResponse({"message_id": said.id})

    async def press(self, request: Request) -> Response:
        """`POST /control/press`."""
        body = await request.json()
        try:
            self.press_newest(int(body["user"]), str(body["button"]))
        except LookupError as error:
            return JSONResponse({"error": str(error)}, 404)
        return Response(status_code=204)

    async def show(self, request: Request) -> Response:
        """`GET /control/transcript`."""
        return PlainTextResponse(self.api.transcript(int(request.query_params["user"])))


async def play(hand: Hand, owner: int) -> None:
    """Until `!quit` or the end of stdin."""
    async with hand.api as api, asyncio.TaskGroup() as group:
        print(f"fake Bot API at {api.base_url}, you are user {owner}", flush=True)
        printing = group.create_task(_print_news(hand, owner))
        while (line := await asyncio.to_thread(sys.stdin.readline)) and line.strip() != "!quit":
            try:
                if line.startswith("!press "):
                    hand.press_newest(owner, line.removeprefix("!press ").strip())
                elif line.strip():
                    hand.person(owner).says(line.strip())
            except (LookupError, ValueError) as error:
                print(error, flush=True)
        printing.cancel()


async def _print_news(hand: Hand, owner: int) -> None:
    shown = ""
    while True:
        await hand.api.world.changes.wait_for(lambda: hand.api.transcript(owner) != shown, None)  # noqa: B023
        shown = hand.api.transcript(owner)
        print("-" * 40, shown, sep="\n", end="", flush=True)


def main() -> None:
    """Serve on 127.0.0.1."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--owner", type=int, default=1000, help="the id of the person on stdin")
    parser.add_argument("--language", default="en", help="of the people")
    options = parser.parse_args()
    asyncio.run(play(Hand(options.token, options.port, options.language), options.owner))


if __name__ == "__main__":
    main()
