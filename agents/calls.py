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
from nexus.observing import Span, span
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
        facts = {
            "role": call.role.value,
            "purpose": call.purpose,
            "provider": call.provider,
            "model": call.model,
        }
        with span("chat", **facts) as chat:
            return await self._ask(call, request, chat)

    async def _ask(
        self, call: CallRecord, request: ModelRequest, chat: Span
    ) -> tuple[CallRecord, Settlement]:
        began = self._clock.monotonic()
        try:
            completion = await self._model.complete(request)
        except NexusError as error:
            settlement = settlement_of_error(call, error, self._since_ms(began))
            _tell(chat, settlement)
            await self.settle(call, settlement)
            raise
        except asyncio.CancelledError:
            cut_off = ModelUnavailable("the call was cancelled", in_doubt=True)
            settlement = settlement_of_error(call, cut_off, self._since_ms(began))
            _tell(chat, settlement)
            await asyncio.shield(self._settle_once(call, settlement))
            raise
        settlement = settlement_of_reply(call, completion, self._ceo_price)
        _tell(chat, settlement)
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

    async def make_cuttable(self, call: CallRecord, request: ModelRequest) -> CallRecord:
        """As `make`, for a task that may be cut at any moment: no row of the ledger stays open behind it."""
        row = asyncio.ensure_future(
            self._record.write(start_call, call, self._clock.now(), limits=self._limits)
        )
        try:
            await asyncio.shield(row)
        except asyncio.CancelledError:
            await row
            cut = ModelUnavailable("it was not needed any more")
            await self.settle(call, settlement_of_error(call, cut, 0))
            raise
        answered, settlement = await self.ask(call, request)
        await asyncio.shield(self.settle(answered, settlement))
        return answered

    async def settle(self, call: CallRecord, settlement: Settlement) -> None:
        """Write what a call came to, in a transaction of its own."""
        await self._record.write(settle_late, call, settlement, self._clock.now())

    async def _settle_once(self, call: CallRecord, settlement: Settlement) -> None:
        """`settle` for a task that must end: without the database the next claim settles the call, as in doubt."""
        with suppress(StoreUnavailable):
            await self._record.try_once(settle_late, call, settlement, self._clock.now())

    def _since_ms(self, began: float) -> int:
        return int((self._clock.monotonic() - began) * 1000)


def _tell(chat: Span, settlement: Settlement) -> None:
    """What is known of the call, without any of its words."""
    usage = settlement.usage
    chat.note(
        outcome=settlement.status.value,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        cost_usd=float(settlement.cost_usd or 0),
    )
    if settlement.finish_reason is not None:
        chat.note(finish_reason=settlement.finish_reason)
    if settlement.trouble is not None:
        chat.note(trouble=settlement.trouble)


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
