/** The one door to the gateway's REST API; its types are generated from OpenAPI. */
import createClient from "openapi-fetch";
import { ConnectionLost, problemFrom } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Order = Schemas["OrderView"];
export type OrderDetail = Schemas["OrderDetail"];
export type Receipt = Schemas["ReceiptView"];
export type Status = Schemas["Status"];
export type Role = Schemas["Role"];
export type Channel = Schemas["Channel"];
export type Difficulty = Schemas["Difficulty"];
export type Tier = Schemas["Tier"];
export type Hold = Schemas["HoldView"];

export const TIERS: readonly Tier[] = ["intern", "director", "ceo"];
export const ROLES: readonly Role[] = ["admin", "intern", "director", "ceo"];
export const STATUSES: readonly Status[] = [
  "queued",
  "triaged",
  "working",
  "held",
  "delivered",
  "asked",
  "declined",
  "failed",
  "cancelled",
  "dead",
];
export const CHANNELS: readonly Channel[] = ["rest", "websocket", "cli", "openai", "telegram"];
export const DIFFICULTIES: readonly Difficulty[] = ["trivial", "normal", "complex"];
const OPEN: ReadonlySet<Status> = new Set<Status>(["queued", "triaged", "working", "held"]);

/** True until an order has reached its end. */
export function isOpen(status: Status): boolean {
  return OPEN.has(status);
}

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  fetch: (request) => globalThis.fetch(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * The data of a call.
 *
 * Throws `ApiProblem` when the gateway says no, `ConnectionLost` when there is no gateway to say anything.
 */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ConnectionLost(error instanceof Error ? error.message : String(error));
  }
  if (!answer.response.ok) throw problemFrom(answer.response, answer.error);
  return answer.data as T;
}

/** A name for one message, so that sending it again is harmless. Works without https, where randomUUID is missing. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
