"""Numbers as pictures: bars of block characters, which read the same with and without colour."""

from rich.text import Text

WIDTH = 14
FULL_FROM, SHORT_FROM = 1.0, 0.8  # as the budget: at four fifths it warns


def bar(share: float, *, style: str = "cyan", width: int = WIDTH) -> Text:
    """`share` of `width`, from 0 to 1. More than nothing fills a block at least, less than all leaves one at least."""
    filled = round(max(0.0, min(1.0, share)) * width)
    if share > 0 and not filled:
        filled = 1
    elif share < 1 and filled == width:
        filled = width - 1
    return Text.assemble(("█" * filled, style), ("░" * (width - filled), "dim"), no_wrap=True)


def gauge(share: float) -> Text:
    """A bar that turns yellow when money runs short and red when it is used up."""
    style = "red" if share >= FULL_FROM else "yellow" if share >= SHORT_FROM else "green"
    return bar(share, style=style)
