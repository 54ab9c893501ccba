"""Making one model call with its ledger row: written before, settled after, whatever happens in between."""

import asyncio
from dataclasses import replace

from agents.completion import ChatModel, ModelRequest, ModelUnavailable
from agents.ledger import settlement_of_error, settlement_of_reply
from db.engine import Database
from db.records import CallRecord, Settlement
from db.statements.attempts import settle_call, start_call
from nexus.clock import Clock
from nexus.errors import NexusError


class CallDesk:
    """Calls models and keeps the ledger right."""

    def __init__(self, database: Database, model: ChatModel, clock: Clock) -> None:
        self._database = database
        self._model = model
        self._clock = clock

    async def make(self, call: CallRecord, request: ModelRequest, *, started: bool) -> CallRecord:
        """Make the call; returns it as recorded. `started` tells whether its row is already written.

        A cancelled call is settled as in doubt before the cancellation goes on.

        Raises:
            ModelUnavailable, ModelRefusesCall: as `ChatModel.complete`; the row is settled.
        """
        if not started:
            await self._database.run(start_call, call)
        began = self._clock.monotonic()
        try:
            completion = await self._model.complete(request)
        except NexusError as error:
            await self._settle(call, settlement_of_error(call, error, self._since_ms(began)))
            raise
        except asyncio.CancelledError:
            cut_off = ModelUnavailable("the call was cancelled", in_doubt=True)
            await asyncio.shield(
                self._settle(call, settlement_of_error(call, cut_off, self._since_ms(began)))
            )
            raise
        settlement = settlement_of_reply(call, completion)
        await self._settle(call, settlement)
        return replace(
            call,
            status=settlement.status,
            answer=settlement.answer,
            finish_reason=settlement.finish_reason,
            usage=settlement.usage,
            cost_usd=settlement.cost_usd,
            latency_ms=settlement.latency_ms,
            request_id=settlement.request_id,
        )

    async def _settle(self, call: CallRecord, settlement: Settlement) -> None:
        await self._database.run(settle_call, call.id, settlement, self._clock.now())

    def _since_ms(self, began: float) -> int:
        return int((self._clock.monotonic() - began) * 1000)
