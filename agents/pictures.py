"""What a picture comes to in tokens, at most: what budgets reserve for it before anybody has counted.

The gateway keeps pictures of 1,568 pixels a side at most (`gateway.pictures`); that bounds every vendor's rule:

- Claude, https://platform.claude.com/docs/en/build-with-claude/vision: width x height / 750, so 3,279 at most. Models
  before Opus 4.7 make the picture smaller first and take about 1,600.
- OpenAI, https://platform.openai.com/docs/guides/images-vision: models that count patches of 32 x 32 take at most
  49 x 49 = 2,401 of them, times a factor of up to 2.46 (the nano models): 5,907. Models that count tiles of 512 x 512
  after the short side was brought to 768 take 12 tiles at most in a picture of any shape: 85 + 12 x 170 = 2,125.
- gpt-4o-mini counts tiles too, but 5,667 tokens for each: 2,833 + 12 x 5,667 = 70,837.

What another server counts nobody tells; those of the owner are free, so the highest of the usual is taken.
"""

import re
from typing import Final

from agents.config import ModelChoice, Provider

CLAUDE_TOKENS: Final = 3_300
OPENAI_TOKENS: Final = 6_000
GPT_4O_MINI_TOKENS: Final = 71_000
_GPT_4O_MINI: Final = re.compile(r"gpt-4o-mini")


def most_tokens_of(pictures: int, choice: ModelChoice) -> int:
    """An upper bound of the input tokens that so many pictures take with `choice`."""
    if choice.provider is Provider.ANTHROPIC:
        return pictures * CLAUDE_TOKENS
    return pictures * (GPT_4O_MINI_TOKENS if _GPT_4O_MINI.search(choice.model) else OPENAI_TOKENS)
