"""A project folder as the sandbox may see it: without what is the company's or the owner's own."""

from collections.abc import Iterable
from pathlib import Path

MARKS = (".git", "pyproject.toml")
HIDDEN = ("deploy/secrets", "secrets", "secret", "backups")
MOST_PATHS = 1000


def project_of(folder: Path) -> Path | None:
    """The project that a folder lies in: the nearest one above it, or itself, that has a `.git` or `pyproject.toml`.

    A home folder and the root of the file system are none, whatever lies in them.
    """
    folder = folder.resolve()
    for place in (folder, *folder.parents):
        if any((place / mark).exists() for mark in MARKS):
            return None if place in (Path("/"), Path.home()) else place
    return None


def visible_paths(project: Path, hidden: Iterable[Path] = ()) -> tuple[Path, ...]:
    """What of a project may be read: all but names with a dot in front (`.env`, `.git`, …), folders of secrets and
    backups, database files at the top, and `hidden`. The owner's data folder belongs into `hidden`.

    Links are left out where something beside them is hidden: they would show what they point to.
    """
    project = project.resolve()
    away = {project / name for name in HIDDEN} | {path.absolute() for path in hidden}
    away |= {path.resolve() for path in hidden}
    away |= {
        p
        for p in project.iterdir()
        if p.name.startswith(".") or ".db" in p.suffixes or p.suffix in (".db", ".sqlite")
    }
    return tuple(_visible(project, away))[:MOST_PATHS]


def _visible(folder: Path, away: set[Path]) -> list[Path]:
    if folder in away:
        return []
    if not any(path.is_relative_to(folder) for path in away):
        return [folder]
    return [
        seen for child in sorted(folder.iterdir()) if not child.is_symlink() for seen in _visible(child, away)
    ]
