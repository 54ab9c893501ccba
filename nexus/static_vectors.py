"""Static word vectors: 256 numbers for a text, in well under a millisecond, without a model and without a network.

The vectors and their tokenizer are two files of the `wordllama` wheel (MIT; distilled from the token embeddings of
large language models). The package itself is never imported. The vectors stay in the file: the system maps its
pages into memory as they are needed, and all processes of the machine share them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nexus.errors import ConfigurationError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

DIMENSIONS: Final = 256
HEAD_CHARS: Final = 3_072
TAIL_CHARS: Final = 1_024
MAX_TOKENS: Final = 2_048

_WORDS: Final = 32_000
_TOKENIZER: Final = "tokenizers/l2_supercat_tokenizer_config.json"
_WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
_TENSOR: Final = "embedding.weight"
_MAX_HEADER_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class StaticVectors:
    """A tokenizer and one vector for each of its tokens. Safe to share between threads."""

    tokenizer: "Tokenizer"
    table: "NDArray[np.float16]"

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One row of 256 numbers for each text: the mean of its tokens' vectors, of length 1.

        The same text always gives the same row, whatever stands beside it. A text without tokens gives zeros. Of a
        text over 4,096 characters only the first 3,072 and the last 1,024 count, of those the first 2,048 tokens.
        """
        import numpy as np  # noqa: PLC0415 - takes 0.1 s and 20 MB, which only some processes need

        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        if not texts:
            return rows
        encoded = self.tokenizer.encode_batch_fast(
            [_bounded(text) for text in texts], add_special_tokens=False
        )
        for row, encoding in zip(rows, encoded, strict=True):
            tokens = encoding.ids[:MAX_TOKENS]
            if tokens:
                np.add.reduce(self.table[tokens], axis=0, dtype=np.float32, out=row)
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
        np.divide(rows, lengths, out=rows, where=lengths > 0)
        return rows


@lru_cache(maxsize=1)
def load_vectors() -> StaticVectors:
    """The vectors, loaded once in a process: about 0.1 s, and 12 MB beside what numpy takes.

    Raises:
        ConfigurationError: the files are missing or are not what they should be; names the fix.
    """
    return open_vectors(_folder())


def open_vectors(folder: Path) -> StaticVectors:
    """The vectors in `folder`, which holds the files as the wheel lays them out.

    Raises:
        ConfigurationError: as `load_vectors`.
    """
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - only processes that embed load it

        tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
        # Tokenizers remember what they have split, up to 60 MB of it. Splitting again takes microseconds.
        tokenizer.model._resize_cache(0)  # there is no public way
        return StaticVectors(tokenizer, _mapped(folder / _WEIGHTS))
    except ImportError as error:
        raise _unusable(f"the package {error.name} is missing") from None
    except Exception as error:  # noqa: BLE001 - the tokenizer raises bare exceptions at a missing or a broken file
        raise _unusable(str(error)) from None


def _folder() -> Path:
    spec = find_spec("wordllama")  # finds the package without running it
    if spec is None or not spec.submodule_search_locations:
        raise _unusable("the wheel wordllama is not installed")
    return Path(spec.submodule_search_locations[0])


def _mapped(path: Path) -> "NDArray[np.float16]":
    """The table of a safetensors file (8 bytes of length, a JSON header, the numbers), mapped and not read."""
    import json  # noqa: PLC0415
    import math  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if not 0 < size <= _MAX_HEADER_BYTES:
            raise ValueError(f"{path.name} is no safetensors file")
        entry = json.loads(file.read(size))[_TENSOR]
    shape = (_WORDS, DIMENSIONS)
    begin, end = entry["data_offsets"]
    if entry["dtype"] != "F16" or tuple(entry["shape"]) != shape or end - begin != 2 * math.prod(shape):
        raise ValueError(f"{path.name} holds other vectors than {_WORDS} times {DIMENSIONS} half floats")
    # An array that is no memmap object is indexed faster; the map lives on as its base.
    return np.asarray(np.memmap(path, dtype="<f2", mode="r", offset=8 + size + begin, shape=shape))


def _bounded(text: str) -> str:
    if len(text) > HEAD_CHARS + TAIL_CHARS:
        text = f"{text[:HEAD_CHARS]} {text[-TAIL_CHARS:]}"
    # A lone half of a surrogate pair is no text to the tokenizer.
    return text.encode("utf-8", "replace").decode("utf-8")


def _unusable(what: str) -> ConfigurationError:
    return ConfigurationError(
        f"the static word vectors cannot be used: {what}; run `make env` to install them"
    )
