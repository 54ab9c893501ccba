"""Pairing codes."""

from nexus.pairing import ALPHABET, hash_of, new_code


def test_a_code_is_short_enough_to_type_and_never_the_same() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    for code in codes:
        assert len(code) == 9
        assert code[4] == "-"
        assert set(code) <= {*ALPHABET, "-"}


def test_how_it_is_typed_makes_no_difference() -> None:
    assert len({hash_of(typed) for typed in ("7K1M-0XQ2", "7k1m0xq2", " 7KIM OXQ2", "7klm-oxq2")}) == 1
    assert hash_of("7K1M-0XQ2") != hash_of("7K1M-0XQ3")


def test_the_code_itself_is_not_kept() -> None:
    assert "7K1M" not in hash_of("7K1M-0XQ2")
