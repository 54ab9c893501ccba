"""What the models of the day say, and the company of that day: the Intern works for nothing, the others are paid."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agents.config import ANTHROPIC_MODELS
from agents.fakes import anthropic_api
from agents.fakes.script import Reply, Rule, Script
from agents.fakes.server import FakeServer
from nexus.work_order import Role
from tests.dashboard.company import Company, a_company

KEY = "sk-ant-api03-the-key-of-a-day-in-a-browser"
NO_END = 300
CODE = "for n in range(3):\n    print(n * n)"
COMMAND = "cp -a /data /copy"
RULES = [
    {"match": "capital of Italy", "answers": [{"text": "The capital of Italy is **Rome**.", "delay_s": 4}]},
    {"match": "capital of France", "answers": ["The capital of France is **Paris**."]},
    {"match": "very long story", "answers": [{"text": "Once upon a time.", "delay_s": NO_END}]},
    {"match": "capital of Spain as JSON", "answers": ["It is Madrid.", '{"capital": "Madrid"}']},
    {"match": "capital of Portugal as JSON", "answers": ["It is Lisbon.", '{"capital": "Lisbon"}']},
    {"match": "squares", "answers": [f"This prints them:\n\n```python\n{CODE}\n```"]},
    {"match": "picture", "answers": ["Its left half is red; the note is about a roof."]},
    {"match": "birthday", "answers": ["On the third of March."]},
    {"match": "river", "answers": ["The Nile."]},
    {"match": "slow tide", "answers": [{"text": "Ebb and flow.", "delay_s": 4}]},
    {"match": "tide", "answers": ["High water at noon."]},
    {
        "match": "backup",
        "answers": [f"# Plan\n\n1. *Duplicate* it.\n\n```bash\n{COMMAND}\n```\n\n|a|b|\n|-|-|\n|1|2|"],
    },
]
"""The Intern's side. A rule that fails first does so once, so each test has its own."""
PAID = Script(
    (
        Rule(
            (Reply("**Paris**, in the *Île-de-France*.", input_tokens=200, output_tokens=40),),
            last_user="France",
        ),
        Rule((Reply("# Plan\n\n1. One ledger.", input_tokens=200, output_tokens=700),), last_user="bank"),
    ),
    default=Reply("The Nile.", input_tokens=200, output_tokens=3),
)


@contextmanager
def a_day(folder: Path) -> Iterator[Company]:
    """The company, with its data in `folder`; the Director and the CEO are played by a fake of their vendor."""
    models = list(ANTHROPIC_MODELS.values())
    with FakeServer(anthropic_api.create_app(PAID, api_key=KEY, models=models)) as anthropic:
        paid = {
            "NEXUS_MODEL_DIRECTOR": f"anthropic/{ANTHROPIC_MODELS[Role.DIRECTOR]}",
            "NEXUS_MODEL_CEO": f"anthropic/{ANTHROPIC_MODELS[Role.CEO]}",
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": anthropic.base_url,
            "ASK_ABOVE_USD": "0.08",
        }
        with a_company(folder, RULES, **paid) as company:
            yield company
