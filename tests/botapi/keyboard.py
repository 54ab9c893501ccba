"""`reply_markup`, checked as Telegram checks it. Only inline keyboards are kept; the others are merely read."""

from tests.botapi.call import Call
from tests.botapi.chats import Button, Keyboard
from tests.botapi.links import wrong_link
from tests.botapi.refusal import bad

MAX_DATA_BYTES = 64
MAX_BUTTONS = 100
OTHER_ACTIONS = frozenset(
    {
        "callback_game",
        "pay",
        "switch_inline_query",
        "switch_inline_query_chosen_chat",
        "switch_inline_query_current_chat",
        "login_url",
        "web_app",
        "copy_text",
    }
)


def read_keyboard(call: Call) -> Keyboard:
    """The inline keyboard of a call; empty when it has none.

    Raises:
        Refused: it has not the shape of one, or a button does nothing or too much.
    """
    markup = call.parsed("reply_markup", "reply keyboard markup")
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise bad("Object expected as reply markup")
    rows = markup.get("inline_keyboard") or []
    if not isinstance(rows, list):
        raise bad('Field "inline_keyboard" must be of type Array')
    keyboard = tuple(_row(row) for row in rows)
    if sum(map(len, keyboard)) > MAX_BUTTONS:
        raise bad("reply markup is too long")
    return tuple(row for row in keyboard if row)


def _row(row: object) -> tuple[Button, ...]:
    if not isinstance(row, list):
        raise bad('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    return tuple(_button(button) for button in row)


def _button(button: object) -> Button:
    if not isinstance(button, dict):
        raise _cannot("InlineKeyboardButton must be an Object")
    text = _string(button, "text")
    if text is None:
        raise _cannot('Can\'t find field "text"')
    if not text.strip():
        raise bad("Inline keyboard button text can't be empty")
    if url := _string(button, "url"):
        if reason := wrong_link(url):
            raise bad(f"Inline keyboard button {reason}")
        return Button(text, url=url)
    if data := _string(button, "callback_data"):
        if len(data.encode()) > MAX_DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
        return Button(text, data=data)
    if OTHER_ACTIONS & button.keys():
        return Button(text)
    raise _cannot("Text buttons are unallowed in the inline keyboard")


def _string(button: dict[str, object], name: str) -> str | None:
    value = button.get(name)
    if value is not None and not isinstance(value, str):
        raise _cannot(f'Field "{name}" must be of type String')
    return value


def _cannot(reason: str) -> Exception:
    return bad(f"Can't parse inline keyboard button: {reason}")
