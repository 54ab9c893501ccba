"""The receipt: the public summary of an order that has ended. The same facts on every channel."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from nexus.usage import cost_text
from nexus.work_order import Difficulty, Role


class ReceiptCheck(BaseModel):
    """One check of quality assurance."""

    model_config = ConfigDict(frozen=True)

    name: str
    status: str = Field(description="pass, fail or not_checked")
    evidence: str


class Receipt(BaseModel):
    """Who did it, why them, what QA checked, what it cost, how long it took.

    Tokens and cost count every model call of the order, failed tries included.
    """

    model_config = ConfigDict(frozen=True)

    order_id: str
    role: Role
    difficulty: Difficulty | None
    reason: str = Field(description="why this role, in words")
    rule: str = Field(description="the triage rule that decided")
    model: str | None
    provider: str | None
    local: bool = Field(description="True when the model runs on the owner's own machine")
    note: str | None = Field(default=None, description="what is weak about this answer, if anything")
    qa_passed: int
    qa_total: int
    checks: list[ReceiptCheck]
    attempts: int
    path: list[Role] = Field(description="the roles that tried, in order")
    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None = Field(description="dollars; null means not priced")
    seconds: float = Field(description="from acceptance to the end")

    def text(self) -> str:
        """The receipt in one line, without the note."""
        who = f"{self.role.value.upper() if self.role is Role.CEO else self.role.value.title()}"
        parts = [
            f"{who} ({self.model})" if self.model else who,
            self.reason,
            f"QA {self.qa_passed}/{self.qa_total}",
            f"{self.input_tokens}+{self.output_tokens} tokens",
            cost_text(self.cost_usd, local=self.local),
            f"{self.seconds:.1f} s",
        ]
        if self.attempts > 1:
            parts.insert(3, f"{self.attempts} attempts ({' → '.join(role.value for role in self.path)})")
        return " · ".join([*parts, self.order_id])
