"""The static word vectors: loaded from the wheel's files, the same for everybody, and bounded."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus.errors import ConfigurationError
from nexus.static_vectors import _TOKENIZER, _WEIGHTS, _folder, load_vectors, open_vectors

ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=200)


def test_texts_of_one_meaning_lie_nearer_than_others() -> None:
    rows = load_vectors().embed(
        [
            "How do I cook rice?",
            "What is the best way to boil rice?",
            "Prove that the square root of 2 is irrational",
        ]
    )
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


@given(st.lists(ANY_TEXT, min_size=1, max_size=5))
def test_every_text_is_a_row_of_length_one_or_zeros_and_the_same_in_any_company(texts: list[str]) -> None:
    vectors = load_vectors()
    rows = vectors.embed(texts)
    assert rows.shape == (len(texts), 256)
    assert rows.dtype == np.float32
    lengths = np.linalg.norm(rows, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))
    for text, row in zip(texts, rows, strict=True):
        assert np.array_equal(vectors.embed([text])[0], row)


def test_nothing_gives_zeros_and_no_texts_no_rows() -> None:
    assert not load_vectors().embed([""]).any()
    assert load_vectors().embed([]).shape == (0, 256)


def test_of_a_long_text_the_beginning_and_the_end_count() -> None:
    vectors = load_vectors()
    long, middle_changed = "a b c " * 100_000, "a b c " * 50_000 + "zebra " * 100 + "a b c " * 49_900
    assert np.array_equal(vectors.embed([long[:3072] + " " + long[-1024:]]), vectors.embed([long]))
    assert np.array_equal(vectors.embed([middle_changed])[0], vectors.embed([long])[0])


def test_the_package_whose_files_are_used_is_never_imported() -> None:
    script = (
        "import sys; from nexus.static_vectors import load_vectors; load_vectors().embed(['hello']);"
        "print('wordllama' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "False"
    assert ended.stderr == ""


@pytest.mark.parametrize("missing", [_TOKENIZER, _WEIGHTS])
def test_a_missing_file_is_a_setting_that_names_the_fix(tmp_path: Path, missing: str) -> None:
    _copied(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(ConfigurationError, match="make env"):
        open_vectors(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x00" * 8, b"\xff" * 64, b"\x10\x00\x00\x00\x00\x00\x00\x00{}"])
def test_a_broken_table_is_refused(tmp_path: Path, content: bytes) -> None:
    _copied(tmp_path)
    (tmp_path / _WEIGHTS).write_bytes(content)
    with pytest.raises(ConfigurationError, match="make env"):
        open_vectors(tmp_path)


def test_a_table_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    _copied(tmp_path)
    whole = (tmp_path / _WEIGHTS).read_bytes()
    (tmp_path / _WEIGHTS).write_bytes(whole[:-512])
    with pytest.raises(ConfigurationError, match="make env"):
        open_vectors(tmp_path)


def test_what_the_tokenizer_has_split_is_not_kept_in_memory() -> None:
    script = """
import random
from nexus.static_vectors import load_vectors
def pss():
    with open('/proc/self/smaps_rollup') as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith('Private_Dirty:'))
vectors = load_vectors()
def some():
    vectors.embed([' '.join(f'x{random.randrange(10**6)}' for _ in range(20)) for _ in range(500)])
some()
before = pss()
for _ in range(8):
    some()
print(pss() - before)
"""
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("no /proc/self/smaps_rollup here")
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(ended.stdout) < 4_096  # KiB; with the tokenizer's own cache it is several times as much


def _copied(folder: Path) -> None:
    for name in (_TOKENIZER, _WEIGHTS):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(_folder() / name, folder / name)
