"""The month as a picture and a page, written from its numbers: `router_month.svg` and `router_month.md`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

WIDTH, LEFT, RIGHT = 960, 70, 190
PANEL, GAP, TOP = 210, 66, 64
COLOURS: Final = {
    "learning": "#0b6e4f",
    "no learning": "#c2570c",
    "oracle": "#6b7280",
    "always strongest": "#1d4ed8",
    "always cheapest": "#9d174d",
    "had it been adopted": "#b91c1c",
}
DASHES: Final = {
    "had it been adopted": "2 2",
    "oracle": "3 4",
    "always strongest": "8 4",
    "always cheapest": "8 4",
}
SMOOTH = 3
ADOPTED, REFUSED = "#0b6e4f", "#b91c1c"


def write_report(results: Mapping[str, Any], folder: Path) -> None:
    """Both files, into `folder`."""
    (folder / "router_month.svg").write_text(picture(results), encoding="utf-8")
    (folder / "router_month.md").write_text("\n".join(page(results)) + "\n", encoding="utf-8")


def picture(results: Mapping[str, Any]) -> str:
    """Cost above, quality in the middle, trainings below."""
    height = TOP + 3 * (PANEL + GAP) + 50
    cost = {name: [1000 * usd for usd in each["usd"]] for name, each in results["policies"].items()}
    loss = {name: [1000 * usd for usd in each["loss"]] for name, each in results["policies"].items()}
    right = {name: [100 * share for share in each["right"]] for name, each in results["policies"].items()}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="13" fill="#1f2937" role="img">',
        "<title>A month in which the router learns: cost, quality and trainings</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="26" font-size="17" font-weight="600">A month in which the router learns</text>',
        *_panel(loss, TOP, "dollars for models and for wrong answers, per 1,000 orders", _usd, results),
        *_panel(cost, TOP + PANEL + GAP, "of that for models", _usd, results),
        *_panel(
            right, TOP + 2 * (PANEL + GAP), "orders delivered right", lambda value: f"{value:.0f} %", results
        ),
        *_trainings(results, TOP + 3 * (PANEL + GAP) - 22),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _usd(value: float) -> str:
    return f"${value:.0f}"


def smoothed(values: Sequence[float]) -> list[float]:
    """The mean of each day and its neighbours."""
    near = SMOOTH // 2
    spans = (values[max(0, day - near) : day + near + 1] for day in range(len(values)))
    return [sum(span) / len(span) for span in spans]


def _panel(
    lines: Mapping[str, Sequence[float]],
    top: int,
    title: str,
    label: Callable[[float], str],
    results: Mapping[str, Any],
) -> Iterator[str]:
    drawn = {name: smoothed(values) for name, values in lines.items()}
    low, high, step = _scale([value for values in drawn.values() for value in values])
    days = max(map(len, drawn.values()))

    def y(value: float) -> float:
        return top + PANEL * (high - value) / (high - low)

    yield f'<text x="{LEFT}" y="{top - 10}" font-weight="600">{title} (mean of three days)</text>'
    value = low
    while value <= high + 1e-9:
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#e5e7eb"/>'
        yield f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end" fill="#6b7280">{label(value)}</text>'
        value += step
    for day, words in (
        (results["drift_day"], "the models change"),
        (results["poison_day"], "poisoned verdicts"),
    ):
        x = _x(day - 0.5, days)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + PANEL}" stroke="#9ca3af" stroke-dasharray="2 3"/>'
        yield f'<text x="{x + 4:.1f}" y="{top + 12}" fill="#6b7280" font-size="11">{words}</text>'
    for name in sorted(drawn, key=lambda name: name == "learning"):  # what it is about lies on top
        begins = days - len(drawn[name]) + 1
        points = " ".join(
            f"{_x(day, days):.1f},{y(value):.1f}" for day, value in enumerate(drawn[name], begins)
        )
        dash = f' stroke-dasharray="{DASHES[name]}"' if name in DASHES else ""
        width = 3 if name == "learning" else 1.8
        yield f'<polyline points="{points}" fill="none" stroke="{COLOURS[name]}" stroke-width="{width}"{dash}/>'
    places = _apart({name: y(values[-1]) for name, values in drawn.items()}, 17)
    for name, place in places.items():
        weight = ' font-weight="600"' if name == "learning" else ""
        last = f"{label(drawn[name][-1])}"
        yield (
            f'<text x="{WIDTH - RIGHT + 10}" y="{place + 4:.1f}" fill="{COLOURS[name]}"{weight}>'
            f"{escape(name)} {last}</text>"
        )
    for day in (1, *range(5, days + 1, 5)):
        yield f'<text x="{_x(day, days):.1f}" y="{top + PANEL + 18}" text-anchor="middle" fill="#6b7280">{day}</text>'
    yield f'<text x="{WIDTH - RIGHT + 10}" y="{top + PANEL + 18}" fill="#6b7280">day</text>'


def _trainings(results: Mapping[str, Any], top: int) -> Iterator[str]:
    days = len(results["policies"]["learning"]["usd"])
    yield f'<text x="{LEFT}" y="{top}" font-weight="600">trainings, at the end of the day</text>'
    y = top + 24
    for lesson in results["lessons"]:
        x = _x(lesson["day"], days)
        reason = f"<title>day {lesson['day']}: {escape(lesson['reason'])}</title>"
        if lesson["adopted"]:
            yield f'<circle cx="{x:.1f}" cy="{y}" r="7" fill="{ADOPTED}">{reason}</circle>'
        else:
            cross = f"M{x - 5:.1f} {y - 5}l10 10m0 -10l-10 10"
            yield f'<path d="{cross}" stroke="{REFUSED}" stroke-width="2.5" fill="none">{reason}</path>'
    legend = WIDTH - RIGHT + 10
    yield from _poisoned(results["poisoned_training"], _x(results["poisoned_training"]["day"] + 0.5, days), y)
    yield f'<circle cx="{legend + 6}" cy="{y - 10}" r="6" fill="{ADOPTED}"/>'
    yield f'<text x="{legend + 18}" y="{y - 6}">adopted</text>'
    yield f'<path d="M{legend + 1} {y + 6}l10 10m0 -10l-10 10" stroke="{REFUSED}" stroke-width="2.5"/>'
    yield f'<text x="{legend + 18}" y="{y + 15}">refused</text>'


def _poisoned(lesson: Mapping[str, Any], x: float, y: int) -> Iterator[str]:
    word = "adopted" if lesson["adopted"] else "refused"
    yield f'<text x="{x:.1f}" y="{y + 24}" text-anchor="middle" fill="{REFUSED}" font-size="11">poisoned: {word}</text>'


def _x(day: float, days: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (day - 0.5) / days


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Round bounds around the values, and the step of the lines."""
    low, high = min(values), max(values)
    step = next(step for step in (1, 2, 5, 10, 20, 50) if (high - low) / step <= 7)
    bottom = step * (low // step)
    return bottom, max(step * -(-high // step), bottom + step), step


def _apart(places: Mapping[str, float], least: float) -> dict[str, float]:
    """The same places, moved down where they would lie on each other."""
    moved: dict[str, float] = {}
    before = float("-inf")
    for name, place in sorted(places.items(), key=lambda item: item[1]):
        before = max(place, before + least)
        moved[name] = before
    return moved


def page(results: Mapping[str, Any]) -> Iterator[str]:
    """The numbers, for reading."""
    asked, drift = results["asked"], results["drift_day"]
    yield "# A month in which the router learns"
    yield ""
    yield "Written by `python -m benchmarks.router_month`; what the simulated world is stands in `router_world.py`."
    yield (
        f"{asked['orders']} orders a day, a training every {asked['every']} days, seed {asked['seed']}. The training, "
        "the adoption, the store and the shipped router are the company's own; who is right how often is invented."
    )
    yield ""
    yield "![cost, quality and trainings over the month](router_month.svg)"
    yield ""
    yield "Per 1,000 orders: **dollars for models and wrong answers** (models alone) and the share delivered right."
    yield "A wrong answer costs what the front desk counts (`agents/planning.py`): the harder the order, the more."
    yield ""
    spans = ((1, drift - 1), (drift, results["poison_day"]), (results["poison_day"] + 1, 30))
    heads = [f"days {first} to {last}" for first, last in spans]
    yield f"| | {' | '.join(heads)} | the month |"
    yield f"|---|{'---|' * (len(spans) + 1)}"
    for name, each in results["policies"].items():
        cells = [_cell(each, first, last) for first, last in (*spans, (1, 30))]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""
    yield "| day | training | why |"
    yield "|---|---|---|"
    for lesson in results["lessons"]:
        yield f"| {lesson['day']} | {_word(lesson)} | {lesson['reason']} |"
    poisoned = results["poisoned_training"]
    yield f"| {poisoned['day']}, poisoned | {_word(poisoned)} | {poisoned['reason']} |"
    yield ""
    yield (
        f"On day {results['poison_day']} a copy of the company gets {asked['poisoned']} poisoned orders in one night, "
        "from 40 sessions: what the cheapest tier cannot do is said to have passed there, and what it can do to have "
        "failed. `had it been adopted` is what that training made, doing the rest of the month without a guard."
    )


def _word(lesson: Mapping[str, Any]) -> str:
    if lesson["adopted"]:
        return "adopted"
    return "refused, told" if lesson["suspicious"] else "refused"


def _cell(policy: Mapping[str, Sequence[float]], first: int, last: int) -> str:
    """A policy that begins later has nothing to say of what was before."""
    missing = 30 - len(policy["usd"])
    if first <= missing:
        return ""
    days = slice(first - 1 - missing, last - missing)
    loss, usd, right = policy["loss"][days], policy["usd"][days], policy["right"][days]
    whole, models = 1000 * sum(loss) / len(loss), 1000 * sum(usd) / len(usd)
    return f"**${whole:.2f}** (${models:.2f}), {sum(right) / len(right):.1%}"
