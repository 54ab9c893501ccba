"""A held order: what it would cost, and what the owner can choose."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from nexus.work_order import Role


class HoldOption(BaseModel):
    """One way to go on. `about_usd` is what such a try costs as a rule, `at_most_usd` what it can cost."""

    model_config = ConfigDict(frozen=True)

    role: Role
    model: str
    about_usd: Decimal = Field(description="dollars")
    at_most_usd: Decimal = Field(description="dollars")


class Hold(BaseModel):
    """Why an order waits for its owner. `options` has the tier that was to do it first."""

    model_config = ConfigDict(frozen=True)

    question: str
    options: tuple[HoldOption, ...]
    span_s: float = Field(description="seconds the order had from its acceptance to its deadline")

    def option(self, role: Role | None) -> HoldOption | None:
        """The option of `role`; the first one for None."""
        return next((o for o in self.options if role in (None, o.role)), None)
