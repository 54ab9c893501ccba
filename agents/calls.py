"""Model calls with their ledger rows: written before, settled after, whatever happens in between."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from agents.completion import ChatModel, ModelRequest, ModelUnavailable
from agents.ledger import settlement_of_error, settlement_of_reply
from agents.record import Record
from db.records import CallRecord, Settlement
from db.statements.calls import start_call
from db.statements.late import settle_late
from nexus.budget import Limits
from nexus.clock import Clock
from nexus.errors import NexusError, StoreUnavailable
from nexus.usage import Price


class CallDesk:
    """Calls models and keeps the ledger right."""

    def __init__(
        self, record: Record, model: ChatModel, clock: Clock, limits: Limits, ceo_price: Price | None
    ) -> None:
        self._record = record
        self._model = model
        self._clock = clock
        self._limits = limits
        self._ceo_price = ceo_price

    async def ask(self, call: CallRecord, request: ModelRequest) -> tuple[CallRecord, Settlement]:
        """Make a call whose row is written; returns it as answered, and the settlement that is still to be written.

        A call that fails or is cancelled is settled here, before its error goes on.

        Raises:
            ModelUnavailable, ModelRefusesCall: as `ChatModel.complete`.
        """
        began = self._clock.monotonic()
        try:
            completion = await self._model.complete(request)
        except NexusError as error:
            await self.settle(call, settlement_of_error(call, error, self._since_ms(began)))
            raise
        except asyncio.CancelledError:
            cut_off = ModelUnavailable("the call was cancelled", in_doubt=True)
            await asyncio.shield(
                self._settle_once(call, settlement_of_error(call, cut_off, self._since_ms(began)))
            )
            raise
        settlement = settlement_of_reply(call, completion, self._ceo_price)
        return answered(call, settlement), settlement

    async def make(self, call: CallRecord, request: ModelRequest) -> CallRecord:
        """Write the row, make the call, settle it; returns it as answered.

        Raises:
            BudgetRefused, BudgetBusy: nothing was asked.
            ModelUnavailable, ModelRefusesCall: as `ask`.
        """
        await self._record.write(start_call, call, self._clock.now(), limits=self._limits)
        call, settlement = await self.ask(call, request)
        await self.settle(call, settlement)
        return call

    async def settle(self, call: CallRecord, settlement: Settlement) -> None:
        """Write what a call came to, in a transaction of its own."""
        await self._record.write(settle_late, call, settlement, self._clock.now())

    async def _settle_once(self, call: CallRecord, settlement: Settlement) -> None:
        """`settle` for a task that must end: without the database the next claim settles the call, as in doubt."""
        with suppress(StoreUnavailable):
            await self._record.try_once(settle_late, call, settlement, self._clock.now())

    def _since_ms(self, began: float) -> int:
        return int((self._clock.monotonic() - began) * 1000)


def answered(call: CallRecord, settlement: Settlement) -> CallRecord:
    """The ledger row as it will read once it is settled."""
    return replace(
        call,
        status=settlement.status,
        answer=settlement.answer,
        finish_reason=settlement.finish_reason,
        usage=settlement.usage,
        cost_usd=settlement.cost_usd,
        ceo_usd=settlement.ceo_usd,
        latency_ms=settlement.latency_ms,
        request_id=settlement.request_id,
        error=settlement.error,
        trouble=settlement.trouble,
    )
