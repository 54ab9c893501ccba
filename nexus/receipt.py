"""The receipt: the public summary of an order that has ended. The same facts on every channel."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from nexus.usage import cost_text, dollars
from nexus.work_order import Difficulty, Role, title_of


class ReceiptCheck(BaseModel):
    """One check of quality assurance."""

    model_config = ConfigDict(frozen=True)

    name: str
    status: str = Field(description="pass, fail or not_checked")
    evidence: str


class Unanswered(BaseModel):
    """A model that was asked before the one that answered."""

    model_config = ConfigDict(frozen=True)

    provider: str
    model: str
    trouble: str = Field(description="what went wrong with the call, in words")


class Receipt(BaseModel):
    """Who did it, why them, what QA checked, what it cost, how long it took.

    Tokens and cost count every model call of the order, failed tries included. Receipts that were stored by an older
    version lack some fields; these have defaults that claim nothing.
    """

    model_config = ConfigDict(frozen=True)

    order_id: str
    role: Role
    difficulty: Difficulty | None
    reason: str = Field(description="why this role, in words")
    rule: str = Field(description="the triage rule that decided")
    model: str | None
    provider: str | None
    equipment: str | None = Field(
        default=None,
        description="the tool that answered instead of a model, which costs no tokens; null: none did",
    )
    local: bool = Field(description="True when the model runs on the owner's own machine")
    note: str | None = Field(default=None, description="what is weak about this answer, if anything")
    qa_passed: int
    qa_total: int
    checks: list[ReceiptCheck]
    attempts: int
    path: list[Role] = Field(description="the roles that tried, in order")
    input_tokens: int
    output_tokens: int
    cached_tokens: int = Field(
        default=0, description="of the input tokens, those that the provider read from its cache"
    )
    cost_usd: Decimal | None = Field(description="dollars; null means not priced")
    priced_usd: Decimal | None = Field(
        default=None,
        description="dollars of the calls with a known price; the same as cost_usd when all have one; null on "
        "receipts of older versions",
    )
    ceo_cost_usd: Decimal | None = Field(
        default=None,
        description="dollars that the CEO's model would have charged for the tokens of the delivered try; null means "
        "not known, or nothing was delivered",
    )
    saved_usd: Decimal | None = Field(
        default=None,
        description="ceo_cost_usd minus cost_usd; negative when this way was dearer; null when either is not known",
    )
    fallbacks: list[Unanswered] = Field(
        default=[], description="models that the deciding try asked in vain before `model` answered, in order"
    )
    seconds: float = Field(description="from acceptance to the end")

    def text(self) -> str:
        """The receipt in one line, without the note."""
        parts = [
            self._who(),
            self.reason,
            self._after(),
            f"QA {self.qa_passed}/{self.qa_total}",
            self._tries(),
            f"{self.input_tokens}+{self.output_tokens} tokens{self._cached()}",
            self._cost(),
            self._at_the_ceo(),
            f"{self.seconds:.1f} s",
            self.order_id,
        ]
        return " · ".join(part for part in parts if part)

    def _who(self) -> str:
        if self.equipment is not None:
            return f"equipment: {self.equipment}"
        who = title_of(self.role)
        return f"{who} ({self.model})" if self.model else who

    def _after(self) -> str:
        models = list(dict.fromkeys(each.model for each in self.fallbacks))
        return f"after {' and '.join(models)} did not answer" if models else ""

    def _tries(self) -> str:
        if self.attempts < 2:
            return ""
        return f"{self.attempts} attempts ({' → '.join(role.value for role in self.path)})"

    def _cached(self) -> str:
        return f" ({self.cached_tokens} cached)" if self.cached_tokens else ""

    def _cost(self) -> str:
        if self.model is None and self.cost_usd == 0 and not self.input_tokens:
            return "nothing spent" if self.equipment is None else "$0.00"
        text = cost_text(self.cost_usd, local=self.local)
        if self.cost_usd is None and self.priced_usd:
            return f"{text} (beside {dollars(self.priced_usd)} that is)"
        return text

    def _at_the_ceo(self) -> str:
        """Nothing when it is not known, or the same."""
        if self.ceo_cost_usd is None or self.ceo_cost_usd == self.cost_usd:
            return ""
        return f"the CEO: {dollars(self.ceo_cost_usd)}"
