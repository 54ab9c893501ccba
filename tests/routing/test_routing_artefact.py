"""The artefact's files: written whole or not at all, and refused with a reason whenever anything is wrong with them."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nexus.errors import ConfigurationError
from nexus.static_vectors import load_vectors
from nexus.work_order import TIERS
from routing.artefact import ARRAYS, MANIFEST, MAX_ARRAYS_BYTES, Arrays, Artefact, load, pack, save, sha256_of
from routing.router import Router, load_router
from routing.training import train
from tests.routing.lessons import some_examples


@pytest.fixture(scope="module")
def made() -> Artefact:
    return train(some_examples(), origin="test")


@pytest.fixture
def folder(made: Artefact, tmp_path: Path) -> Path:
    made.save(tmp_path / "router")
    return tmp_path / "router"


def rewritten(folder: Path, change: Callable[[dict[str, np.ndarray]], object]) -> None:
    """Change the arrays and let the manifest agree with them: an attacker's file, not an accident."""
    arrays = {name: array.copy() for name, array in load(folder).arrays.items()}
    change(arrays)
    data = pack(arrays)
    (folder / ARRAYS).write_bytes(data)
    edited(folder, arrays_sha256=sha256_of(data))


def edited(folder: Path, **fields: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(manifest | fields))


def test_what_was_saved_is_what_is_loaded(made: Artefact, folder: Path) -> None:
    found = load(folder)
    assert found.manifest == made.manifest
    for name, array in made.arrays.items():
        assert np.array_equal(found.arrays[name], array)
    texts = ["translate two words", "prove it", "", "你好"]
    assert Router(made, load_vectors()).predict_many(texts) == load_router(folder).predict_many(texts)


def test_it_is_small_and_named_after_what_is_in_it(made: Artefact, folder: Path) -> None:
    assert sum(file.stat().st_size for file in folder.iterdir()) < 5_000_000
    assert made.manifest.version == f"test-{sha256_of((folder / ARRAYS).read_bytes())[:12]}"


def test_a_folder_that_is_there_is_replaced_and_nothing_is_left_beside_it(
    made: Artefact, folder: Path
) -> None:
    (folder / "stale").write_text("of before")
    save(made, folder)
    assert sorted(file.name for file in folder.iterdir()) == [ARRAYS, MANIFEST]
    assert list(folder.parent.iterdir()) == [folder]


def test_a_place_that_cannot_be_written_leaves_nothing(made: Artefact, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        made.save(tmp_path / "file" / "router")


@pytest.mark.parametrize("name", [MANIFEST, ARRAYS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ConfigurationError, match="No such file"):
        load(folder)


def test_nothing_at_all_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nexus router train"):
        load_router(tmp_path / "nowhere")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_one_flipped_bit_is_found(folder: Path, place: float, bit: int) -> None:
    whole = (folder / ARRAYS).read_bytes()
    data = bytearray(whole)
    data[int(place * len(data))] ^= 1 << bit
    (folder / ARRAYS).write_bytes(data)
    with pytest.raises(ConfigurationError, match="damaged"):
        load(folder)
    (folder / ARRAYS).write_bytes(whole)


def test_half_a_file_is_found(folder: Path) -> None:
    (folder / ARRAYS).write_bytes((folder / ARRAYS).read_bytes()[:1000])
    with pytest.raises(ConfigurationError, match="damaged"):
        load(folder)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"format": 2}, "format"),
        ({"origin": "../../etc"}, "origin"),
        ({"features": ["chars"]}, "other features"),
        ({"tiers": []}, "tiers"),
        ({"tiers": ["ceo", "intern", "director"]}, "rising order"),
        ({"tiers": ["admin", "intern", "ceo"]}, "tiers"),
        ({"tiers": ["intern"]}, "is not of the type"),
        ({"examples": 0}, "examples"),
        ({"data_sha256": "x"}, "data_sha256"),
        ({"surprise": 1}, "surprise"),
        ({"spread_limit": -1}, "spread_limit"),
        ({"metrics": {"intern_ece": "NaN"}}, "metrics"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_a_manifest_that_is_not_ours_is_refused(folder: Path, fields: dict[str, object], reason: str) -> None:
    edited(folder, **fields)
    with pytest.raises(ConfigurationError, match=reason):
        load(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000])
def test_a_manifest_that_is_no_json_object_is_refused(folder: Path, content: bytes) -> None:
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(ConfigurationError, match=MANIFEST):
        load(folder)


def test_files_that_are_too_large_are_not_read(folder: Path) -> None:
    with (folder / ARRAYS).open("r+b") as file:
        file.truncate(MAX_ARRAYS_BYTES + 1)
    with pytest.raises(ConfigurationError, match="larger than"):
        load(folder)
    (folder / MANIFEST).write_bytes(b" " * 300_000)
    with pytest.raises(ConfigurationError, match="larger than"):
        load(folder)


def test_a_pickle_in_its_place_is_not_run(folder: Path, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "run",))

    data = pickle.dumps(Evil())
    (folder / ARRAYS).write_bytes(data)
    edited(folder, arrays_sha256=sha256_of(data))
    with pytest.raises(ConfigurationError, match="no safetensors file"):
        load(folder)
    assert not (tmp_path / "run").exists()


CHANGES: dict[str, tuple[Callable[[Arrays], object], str]] = {
    "an array is missing": (lambda arrays: arrays.pop("calibration"), "its arrays are not"),  # type: ignore[attr-defined]
    "an array is too many": (lambda arrays: arrays.update(more=np.zeros(3)), "its arrays are not"),  # type: ignore[attr-defined]
    "not a number": (lambda arrays: arrays["tree_value"].fill(np.nan), "not finite"),
    "endless": (lambda arrays: arrays["vector_weights"].fill(np.inf), "not finite"),
    "another type": (
        lambda arrays: arrays.update(tree_left=arrays["tree_left"].astype(np.int64)),  # type: ignore[attr-defined]
        "is not of the type",
    ),
    "another shape": (
        lambda arrays: arrays.update(vector_weights=arrays["vector_weights"][:5].copy()),  # type: ignore[attr-defined]
        "is not of the type",
    ),
    "a child outside": (lambda arrays: arrays["tree_left"].fill(99), "points outside"),
    "a child before the first": (lambda arrays: arrays["tree_right"].fill(-1), "points outside"),
    "a feature that is none": (lambda arrays: arrays["tree_feature"].fill(900), "points outside"),
    "pieces in disorder": (lambda arrays: arrays["run_hashes"].fill(7), "is not sorted"),
    "fewer trees": (
        lambda arrays: arrays.update(tree_feature=arrays["tree_feature"][:, :0].copy()),  # type: ignore[attr-defined]
        "is not of the type",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_numbers_that_would_do_harm_are_refused_even_with_the_right_hash(folder: Path, name: str) -> None:
    change, reason = CHANGES[name]
    rewritten(folder, change)
    with pytest.raises(ConfigurationError, match=reason):
        load(folder)


def test_the_control_of_these_tests_loads(folder: Path) -> None:
    rewritten(folder, lambda arrays: arrays["tree_value"].fill(0))
    assert set(load_router(folder).predict("x").success) == set(TIERS)
