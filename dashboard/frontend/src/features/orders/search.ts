/** The filters of the list of orders, as they stand in the address. */
import {
  CHANNELS,
  type Channel,
  DIFFICULTIES,
  type Difficulty,
  ROLES,
  type Role,
  STATUSES,
  type Status,
} from "../../api/client";

export interface OrderSearch {
  status?: Status;
  owner?: Role;
  channel?: Channel;
  difficulty?: Difficulty;
  q?: string;
  /** Days, YYYY-MM-DD, in this browser's time zone; both included. */
  from?: string;
  to?: string;
}

/** What an address says, without what it cannot mean. */
export function orderSearch(said: Record<string, unknown>): OrderSearch {
  const found: OrderSearch = {};
  const status = oneOf(said.status, STATUSES);
  if (status) found.status = status;
  const owner = oneOf(said.owner, ROLES);
  if (owner) found.owner = owner;
  const channel = oneOf(said.channel, CHANNELS);
  if (channel) found.channel = channel;
  const difficulty = oneOf(said.difficulty, DIFFICULTIES);
  if (difficulty) found.difficulty = difficulty;
  const q = typeof said.q === "number" ? String(said.q) : said.q;
  if (typeof q === "string" && q !== "") found.q = q.slice(0, 200);
  if (isDay(said.from)) found.from = said.from;
  if (isDay(said.to)) found.to = said.to;
  return found;
}

/** The filters as the gateway takes them. */
export function asQuery({ from, to, ...rest }: OrderSearch) {
  const query: Omit<OrderSearch, "from" | "to"> & { created_after?: string; created_before?: string } = rest;
  if (from) query.created_after = new Date(startOf(from).getTime() - 1).toISOString();
  if (to) {
    const end = startOf(to);
    end.setDate(end.getDate() + 1);
    query.created_before = end.toISOString();
  }
  return query;
}

function startOf(day: string): Date {
  return new Date(`${day}T00:00:00`);
}

function isDay(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
}

function oneOf<T extends string>(value: unknown, all: readonly T[]): T | undefined {
  return all.find((one) => one === value);
}
