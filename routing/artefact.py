"""The trained router as files: a manifest in JSON and the numbers in safetensors. Loading runs no code from them.

A folder holds `manifest.json`, which names the sha256 of `arrays.safetensors`. Both are bounded in size. Whatever is
damaged, foreign or of another format is refused with one line that says what to do.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nexus.errors import ConfigurationError
from nexus.static_vectors import DIMENSIONS
from nexus.work_order import TIERS, Role
from routing.features import NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
ARRAYS: Final = "arrays.safetensors"
MAX_MANIFEST_BYTES: Final = 262_144
MAX_ARRAYS_BYTES: Final = 5_000_000

type Arrays = Mapping[str, NDArray[Any]]
type Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
type Measured = Annotated[float, Field(allow_inf_nan=False)]


class Manifest(BaseModel):
    """What an artefact says of itself. `metrics` are out-of-fold, by the names of docs/routing-exam.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = FORMAT
    origin: Annotated[str, Field(pattern=r"^[a-z]{1,16}$")]
    tiers: tuple[Role, ...]
    features: tuple[str, ...] = NAMES
    examples: Annotated[int, Field(ge=1)]
    data_sha256: Sha256
    seed: int
    spread_limit: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    metrics: dict[str, Measured]
    libraries: dict[str, str]
    arrays_sha256: Sha256

    @property
    def version(self) -> str:
        """A name for this very artefact that is fit for a file, e.g. `prior-3f9a1c20b7d4`."""
        return f"{self.origin}-{self.arrays_sha256[:12]}"


@dataclass(frozen=True, slots=True, eq=False)
class Artefact:
    """A trained router: what it says of itself, and its numbers by name."""

    manifest: Manifest
    arrays: Arrays

    def save(self, folder: Path) -> None:
        """Write it into a new folder, as `save` does."""
        save(self, folder)


def pack(arrays: Arrays) -> bytes:
    """The numbers as they are written: the same bytes for the same numbers."""
    from safetensors.numpy import save as to_bytes  # noqa: PLC0415

    return to_bytes(dict(arrays))


def sha256_of(data: bytes) -> str:
    """The sha256 of what `pack` gives, in hex."""
    return hashlib.sha256(data).hexdigest()


def save(artefact: Artefact, folder: Path) -> None:
    """Write an artefact into a new folder, whole or not at all. A folder that is there is replaced.

    Raises:
        OSError: the place cannot be written to.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    written = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(written / ARRAYS, pack(artefact.arrays))
        _write(written / MANIFEST, (artefact.manifest.model_dump_json(indent=2) + "\n").encode())
        if folder.exists():
            retired = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            folder.rename(retired / folder.name)
            written.rename(folder)
            shutil.rmtree(retired)
        else:
            written.rename(folder)
    except BaseException:
        shutil.rmtree(written, ignore_errors=True)
        raise


def load(folder: Path) -> Artefact:
    """Read an artefact, and check its size, hash, form and numbers.

    Raises:
        ConfigurationError: it is missing, damaged, foreign, or of another format; says which and what to do.
    """
    try:
        manifest = Manifest.model_validate_json(_read(folder / MANIFEST, MAX_MANIFEST_BYTES))
        data = _read(folder / ARRAYS, MAX_ARRAYS_BYTES)
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise _unusable(folder, f"{MANIFEST}: {where}: {first['msg']}") from None
    except ValueError as error:
        raise _unusable(folder, str(error)) from None
    if sha256_of(data) != manifest.arrays_sha256:
        raise _unusable(folder, f"{ARRAYS} is damaged: its sha256 is not the manifest's")
    arrays = _unpack(folder, data)
    problem = fault_of(manifest, arrays)
    if problem:
        raise _unusable(folder, problem)
    return Artefact(manifest, arrays)


def fault_of(manifest: Manifest, arrays: Arrays) -> str | None:
    """What is wrong with the numbers, in words; None where they can be used without harm."""
    import numpy as np  # noqa: PLC0415

    if manifest.features != NAMES:
        return "it was trained on other features than this version counts"
    if not manifest.tiers or manifest.tiers != tuple(tier for tier in TIERS if tier in manifest.tiers):
        return "its tiers are not tiers in rising order"
    expected = _expected(len(manifest.tiers), arrays)
    if set(arrays) != set(expected):
        return f"its arrays are not {', '.join(sorted(expected))}"
    for name, (kind, shape) in expected.items():
        if arrays[name].dtype != np.dtype(kind) or arrays[name].shape != shape:
            return f"the array {name} is not of the type {kind} and the shape {shape}"
        if not np.isfinite(arrays[name]).all():
            return f"the array {name} has numbers that are not finite"
    return _fault_of_values(arrays)


def _fault_of_values(arrays: Arrays) -> str | None:
    import numpy as np  # noqa: PLC0415

    nodes = arrays["tree_feature"].shape[2]
    ranges = {"tree_feature": len(NAMES), "tree_left": nodes, "tree_right": nodes}
    for name, end in ranges.items():
        numbers = arrays[name]
        if numbers.size and not (int(numbers.min()) >= 0 and int(numbers.max()) < end):
            return f"the array {name} points outside"
    for name in ("word_hashes", "run_hashes"):
        hashes = arrays[name].astype(np.int64)
        if (np.diff(hashes) <= 0).any():
            return f"the array {name} is not sorted"
    return None


def _expected(heads: int, arrays: Arrays) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The type and shape of each array; the number of trees, nodes and pieces is the file's own."""

    def size(name: str, axis: int) -> int:
        array = arrays.get(name)
        return array.shape[axis] if array is not None and array.ndim > axis else -1

    trees = (heads, size("tree_feature", 1), size("tree_feature", 2))
    words, runs = size("word_hashes", 0), size("run_hashes", 0)
    return {
        "tree_feature": ("int16", trees),
        "tree_threshold": ("float64", trees),
        "tree_left": ("int16", trees),
        "tree_right": ("int16", trees),
        "tree_value": ("float64", trees),
        "tree_bias": ("float64", (heads,)),
        "vector_weights": ("float32", (DIMENSIONS, heads)),
        "vector_bias": ("float64", (heads,)),
        "word_hashes": ("uint32", (words,)),
        "word_rarity": ("float32", (words,)),
        "word_weights": ("float32", (words, heads)),
        "run_hashes": ("uint32", (runs,)),
        "run_rarity": ("float32", (runs,)),
        "run_weights": ("float32", (runs, heads)),
        "piece_bias": ("float64", (heads,)),
        "calibration": ("float64", (heads, 2)),
    }


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{path.name} is larger than {most:,} bytes")
    return data


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _unpack(folder: Path, data: bytes) -> Arrays:
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load as from_bytes  # noqa: PLC0415

    try:
        return dict(from_bytes(data))
    except (SafetensorError, ValueError, KeyError) as error:
        raise _unusable(folder, f"{ARRAYS} is no safetensors file ({error})") from None


def _unusable(folder: Path, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"the router in {folder} cannot be used: {what}; train another one by `nexus router train`"
    )
