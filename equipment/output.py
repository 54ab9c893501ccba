"""What a tool prints, kept within bounds: the beginning and the end, and how much there was."""

KEPT_BYTES = 64 * 1024
HALF = KEPT_BYTES // 2


class BoundedOutput:
    """Takes any amount of bytes and keeps the first and the last 32 KiB of them."""

    def __init__(self) -> None:
        self.total = 0
        self._head = bytearray()
        self._tail = bytearray()

    def add(self, data: bytes) -> None:
        """Some more of it."""
        self.total += len(data)
        room = HALF - len(self._head)
        self._head += data[:room]
        self._tail += data[max(room, 0) :]
        if len(self._tail) > HALF:
            del self._tail[:-HALF]

    @property
    def is_flood(self) -> bool:
        """True when something had to be cut out."""
        return self.total > len(self._head) + len(self._tail)

    def text(self) -> str:
        """What was kept, with a line in the place of what was not."""
        cut = self.total - len(self._head) - len(self._tail)
        if not cut:
            return (self._head + self._tail).decode(errors="replace")
        head, tail = (part.decode(errors="replace") for part in (self._head, self._tail))
        return f"{head}\n[… {cut:,} bytes were cut out here …]\n{tail}"
