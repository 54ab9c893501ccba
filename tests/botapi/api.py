"""A Telegram Bot API for tests: a real server on 127.0.0.1, as strict as Telegram, played from Python.

    async with BotApi("123:token") as api:
        owner = api.person(1001, "Ann")
        owner.says("/start")
        bot = ExtBot("123:token", base_url=api.bot_url, base_file_url=api.file_url)  # or a real process
        welcome = await api.wait_for(owner, "Welcome")
        owner.presses(welcome, "Stop")
        print(api.transcript(owner))

It serves on its own thread; its methods may be called from any. Only `wait_for` and `wait_until` are awaited.
"""

from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.config import Config

from agents.fakes.server import KEEP_ALIVE_S, FakeServer
from agents.fakes.wire import FakeProtocol
from nexus.clock import Clock, SystemClock
from tests.botapi.chats import Chat, ChatType, Message, User
from tests.botapi.endpoint import Files, Methods, Service
from tests.botapi.faults import FaultKind, FaultPlan, Faults
from tests.botapi.ledger import Ledger, SeenRequest
from tests.botapi.people import NOT_STARTED, Group, Person
from tests.botapi.refusal import Refused
from tests.botapi.transcript import Versions, transcript
from tests.botapi.updates import Queue, Update
from tests.botapi.world import Press, World

TOKEN = "7100000001:AAF-test_token_of_the_fake_bot_api_01"
USERNAME = "nexus_test_bot"
WAIT_S = 20.0

type Place = Person | Group | int


class BotApi(FakeServer):
    """Serves while its context, plain or async, is open.

    Args:
        token: the bot's; its id is the number before the colon.
        port: 0 lets the system choose a free one.
        enforce_limits: whether more messages than Telegram allows are refused; they are noted in any case.
        sees_all_in_groups: the bot's privacy mode is off.
        faults: what goes wrong.
        clock: for the ages of updates and callbacks, the limits and the dates.
    """

    def __init__(  # FakeServer's own start wants a stage of a model API; the socket and the thread are the same
        self,
        token: str = TOKEN,
        *,
        port: int = 0,
        enforce_limits: bool = False,
        sees_all_in_groups: bool = False,
        faults: FaultPlan | None = None,
        clock: Clock | None = None,
        routes: tuple[Route, ...] = (),
    ) -> None:
        clock = clock or SystemClock()
        bot = User(int(token.split(":", maxsplit=1)[0]), "NEXUS", USERNAME, is_bot=True)
        self.world = World(clock, bot, enforce_limits, sees_all_in_groups, Queue(clock))
        self._service = Service(token, self.world, Ledger(clock), Faults(faults or FaultPlan()))
        app = Starlette(
            routes=[
                *routes,
                Route("/bot{token}/{method}", Methods(self._service)),
                Route("/file/bot{token}/{path:path}", Files(self._service)),
            ],
            exception_handlers={404: _not_found},
        )
        self._config = Config(
            app,
            http=FakeProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self._wanted_port = port
        self._listener = self._thread = self._loop = self._stopping = None

    @property
    def bot_url(self) -> str:
        """The `base_url` of a python-telegram-bot `Bot`."""
        return f"{self.base_url}/bot"

    @property
    def file_url(self) -> str:
        """The `base_file_url` of a python-telegram-bot `Bot`."""
        return f"{self.base_url}/file/bot"

    # -- who is there ------------------------------------------------------------------------------------------

    def person(
        self,
        person_id: int,
        name: str,
        *,
        language_code: str = "en",
        username: str = "",
        started: bool = False,
    ) -> Person:
        """Somebody with a private chat; `started`: they have talked to the bot before."""
        user = User(person_id, name, username, language_code)
        with self.world.changes.lock:
            self.world.users[person_id] = user
            closed = "" if started else NOT_STARTED
            self.world.chats[person_id] = Chat(person_id, "private", name, username, closed)
        return Person(self.world, user)

    def group(self, group_id: int, title: str) -> Group:
        """A group that the bot is in; ids below -10^12 are supergroups, as with Telegram."""
        if group_id >= 0:
            raise ValueError("the id of a group is negative")
        with self.world.changes.lock:
            kind: ChatType = "supergroup" if group_id < -(10**12) else "group"
            self.world.chats[group_id] = Chat(group_id, kind, title)
        return Group(self.world, group_id)

    def forge_callback(self, from_person: Person, data: str, message: Message | None = None) -> Press:
        """A callback query that nobody's button has sent."""
        return from_person.forges(data, message)

    # -- what was seen -----------------------------------------------------------------------------------------

    def messages(self, place: Place) -> tuple[Message, ...]:
        """What stands in the chat now, oldest first, from everybody."""
        chat_id = _chat_id(place)
        with self.world.changes.lock:
            found = [m for (chat, _), m in self.world.messages.items() if chat == chat_id]
        return tuple(message for message in found if not message.deleted)

    def message(self, message: Message) -> Message:
        """The message as it is now."""
        with self.world.changes.lock:
            return self.world.messages[message.chat_id, message.id]

    def transcript(
        self, place: Place, *, versions: Versions = "all", redact: Callable[[str], str] = str
    ) -> str:
        """What was seen in the chat, as text; see `tests.botapi.transcript`."""
        with self.world.changes.lock:
            return transcript(self.world, _chat_id(place), versions=versions, redact=redact)

    async def wait_for(
        self,
        place: Place,
        wanted: str | Callable[[Message], object],
        timeout_s: float = WAIT_S,
        *,
        after: Message | None = None,
    ) -> Message:
        """The first message of the bot that holds the text, or for which the function is true, now or later.

        `after`: look only at messages that came after this one.

        Raises:
            TimeoutError: it did not come; the text is the transcript.
        """

        def look() -> Message | None:
            for message in self.messages(place):
                fresh = message.from_bot and (after is None or message.id > after.id)
                right = wanted in message.text if isinstance(wanted, str) else wanted(message)
                if fresh and right:
                    return message
            return None

        try:
            found = await self.world.changes.wait_for(look, timeout_s)
        except TimeoutError:
            seen = self.transcript(place)
            raise TimeoutError(f"{wanted!r} did not come within {timeout_s:g} s:\n{seen}") from None
        assert found is not None
        return found

    async def wait_until(self, condition: Callable[[], object], timeout_s: float = WAIT_S) -> None:
        """Until `condition` is true; it is looked at after each change and each request.

        Raises:
            TimeoutError: it did not become true.
        """
        await self.world.changes.wait_for(condition, timeout_s)

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """Every request so far, oldest first; still readable after the end."""
        return self._service.ledger.requests

    def calls_of(self, *methods: str) -> tuple[SeenRequest, ...]:
        """The requests of these methods."""
        return tuple(request for request in self.requests if request.method in methods)

    @property
    def pending(self) -> tuple[Update, ...]:
        """The updates that the bot has not confirmed."""
        with self.world.changes.lock:
            return self.world.queue.waiting

    @property
    def confirmed(self) -> tuple[int, ...]:
        """The ids of the updates that it has confirmed, in order."""
        with self.world.changes.lock:
            return tuple(self.world.queue.confirmed)

    @property
    def actions(self) -> tuple[tuple[int, str], ...]:
        """Each "is typing" and the like: the chat and the action."""
        with self.world.changes.lock:
            return tuple(self.world.actions)

    @property
    def menus(self) -> Mapping[tuple[str, str], list[dict[str, str]]]:
        """The commands of the bot's menu by scope (as JSON) and language."""
        with self.world.changes.lock:
            return dict(self.world.commands)

    # -- what goes wrong ---------------------------------------------------------------------------------------

    @property
    def faults(self) -> FaultPlan:
        """The plan. Assigning one starts its counting from the beginning."""
        return self._service.faults.plan

    @faults.setter
    def faults(self, plan: FaultPlan) -> None:
        self._service.faults = Faults(plan)

    def order_fault(self, kind: FaultKind, method: str, times: int = 1) -> None:
        """Make the next calls of `method` fail so."""
        self._service.faults.order(kind, method, times)


def _chat_id(place: Place) -> int:
    return place if isinstance(place, int) else place.id


async def _not_found(_: Request, __: Exception) -> Response:
    return JSONResponse(dict(Refused(404, "Not Found").as_json()), 404)
