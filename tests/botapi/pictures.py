"""The sizes in which Telegram keeps a photo. https://core.telegram.org/api/files#image-thumbnail-types."""

import io

from PIL import Image, UnidentifiedImageError

from tests.botapi.chats import File
from tests.botapi.world import World

SIDES = (90, 320, 800, 1280)


def stored_photo(world: World, data: bytes) -> tuple[File, ...]:
    """The sizes, smallest first; the largest is `data` itself.

    Raises:
        ValueError: `data` is no picture.
    """
    try:
        picture = Image.open(io.BytesIO(data))
        picture.load()
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError("not a picture") from error
    smaller = [_scaled(picture, side) for side in SIDES if side < max(picture.size)]
    sizes = [*smaller, (data, picture.size)]
    return tuple(world.store(raw, "photos", pixels=pixels) for raw, pixels in sizes)


def _scaled(picture: Image.Image, side: int) -> tuple[bytes, tuple[int, int]]:
    copy = picture.convert("RGB")
    copy.thumbnail((side, side))
    written = io.BytesIO()
    copy.save(written, "JPEG")
    return written.getvalue(), copy.size
