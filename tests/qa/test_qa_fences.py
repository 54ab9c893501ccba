"""Fenced blocks as models write them."""

from qa.fences import Block, split_fences


def test_a_text_without_fences_is_all_outside() -> None:
    assert split_fences("just `inline` words").outside == "just `inline` words"


def test_blocks_and_prose_are_taken_apart() -> None:
    fenced = split_fences("Here:\n```Python title=x\na = 1\n```\nand\n~~~\nb\n~~~\nend")
    assert fenced.blocks == (Block("python", "a = 1"), Block("", "b"))
    assert fenced.outside == "Here:\nand\nend"
    assert not fenced.unclosed


def test_a_block_inside_a_markdown_block_does_not_end_it() -> None:
    fenced = split_fences("```markdown\n# T\n```python\na = 1\n```\nmore\n```\nend")
    assert fenced.blocks == (Block("markdown", "# T\n```python\na = 1\n```\nmore"),)
    assert not fenced.unclosed


def test_a_longer_fence_may_show_a_shorter_one() -> None:
    assert split_fences("````\n```\nx\n```\n````").blocks == (Block("", "```\nx\n```"),)


def test_an_open_block_is_noticed() -> None:
    assert split_fences("```python\nprint(1)").unclosed
