"""The table of the front desk: how the tier of each order was chosen. `routing` learns from it."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from db.table_kit import ID, metadata
from db.types import Usd, UtcDateTime

route_decisions = Table(
    "route_decisions",
    metadata,
    Column("order_id", ID, ForeignKey("work_orders.id"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("layer", String(32), nullable=False, comment="the layer of triage that had the last word"),
    Column("router_version", String(64), comment="the router that was asked; null: none was"),
    Column("success", Text, comment="its chance of success by tier, JSON object"),
    Column("costs", Text, comment="dollars to be expected by first tier, JSON object of strings"),
    Column("expected_usd", Usd, comment="of the chosen way, nano-dollars; null: not computed"),
    Column("chosen", String(16), nullable=False, comment="who tries first"),
    Column("path", Text, nullable=False, comment="who tries, in order, JSON list"),
    Column("floor", String(16), comment="never below this; null: no floor"),
    Column("explored", Boolean, nullable=False, comment="another tier than the best, in order to learn"),
    Column("explore_usd", Usd, comment="what exploring costs more, as expected; null: not explored"),
    Column("propensity", Float, nullable=False, comment="how probable this very choice was, 0 to 1"),
    Column("confidence", Float, nullable=False, comment="in the choice, 0 to 1"),
    Column("reasons", Text, nullable=False, comment="in words, one a layer, JSON list"),
    Column("latency_us", Integer, nullable=False, comment="how long deciding took, without any model"),
    comment="Why each order went to its tier, written with its assignment.",
)

# What was explored today is summed before every choice that may be explored.
Index(
    "ix_route_decisions_explored",
    route_decisions.c.at,
    postgresql_where=route_decisions.c.explored,
    sqlite_where=route_decisions.c.explored,
)
