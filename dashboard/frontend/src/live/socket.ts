/**
 * The WebSocket, kept open: it follows sessions, comes back after every loss with the last `seq` it saw, and hands
 * events on in batches, each numbered event once. It follows the company too: that something changed, not what.
 * Knows nothing of React.
 */
import type { Schemas } from "../api/client";

export type LiveEvent = Schemas["EventFrame"];
export type Connection = "off" | "connecting" | "open" | "lost" | "refused";

/** What the socket needs of the world; tests bring their own. */
export interface World {
  open(): WebSocket;
  setTimeout(run: () => void, ms: number): number;
  clearTimeout(timer: number): void;
  random(): number;
}

/** One order that changed; look again for what is to be known of it. */
export interface Change {
  order_id: string;
  session_id: string;
  status: string;
  event: string;
}

export interface Listener {
  onEvents(events: LiveEvent[]): void;
  onState(state: Connection): void;
  /** Whether changes of the whole company are told from now on; what was before is to be looked for. */
  onCompany(isFollowed: boolean): void;
  /** `more`: there were more than are told. */
  onChanges(changes: Change[], more: boolean): void;
}

export const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 15_000;
const BATCH_MS = 80;
const PING_EVERY_MS = 20_000;
const PATIENCE_MS = 10_000;
const AGAIN_MS = 4_000;
const MOST_SESSIONS = 60; // the gateway follows 64 on one connection
const UNAUTHENTICATED = 4401;
const COMPANY = "company"; // no session is called so
const FINAL: ReadonlySet<string> = new Set(["invalid", "not-found", "forbidden"]);

export class LiveSocket {
  #socket: WebSocket | null = null;
  #state: Connection = "off";
  #failures = 0;
  #next = 1;
  #batch: LiveEvent[] = [];
  #isCompanyFollowed = false;
  #timers = { retry: 0, batch: 0, ping: 0, patience: 0 };
  readonly #seen = new Map<string, number>();
  readonly #asked = new Map<number, string>(); // request → the session it asked for, or the company

  constructor(
    private readonly world: World,
    private readonly listener: Listener,
  ) {}

  get state(): Connection {
    return this.#state;
  }

  /** Connects, and stays connected until `stop`. */
  start(): void {
    if (this.#state === "off" || this.#state === "refused") this.#connect();
  }

  stop(): void {
    this.#clear();
    this.#seen.clear();
    this.#batch = [];
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.#become("off");
  }

  /** Tries at once instead of waiting any longer, e.g. because the network is back. */
  hurry(): void {
    if (this.#state !== "lost") return;
    this.world.clearTimeout(this.#timers.retry);
    this.#connect();
  }

  /** Follows a session from an event on, the first if not told; does nothing when it is followed already. */
  follow(sessionId: string, afterSeq = 0): void {
    if (this.#seen.has(sessionId)) return;
    this.#seen.set(sessionId, afterSeq);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST_SESSIONS && oldest !== undefined) {
      this.#seen.delete(oldest);
      if (this.#state === "open") this.#socket?.close(1000); // only a new connection follows fewer
      return;
    }
    if (this.#state === "open") this.#subscribe(sessionId, afterSeq);
  }

  #connect(): void {
    this.#clear();
    this.#become("connecting");
    let socket: WebSocket;
    try {
      socket = this.world.open();
    } catch {
      this.#retryLater();
      return;
    }
    this.#socket = socket;
    socket.onopen = () => this.#onOpen(socket);
    socket.onmessage = (message) => this.#onMessage(socket, String(message.data));
    socket.onclose = (event) => this.#onClose(socket, event.code);
    this.#expectAnswer(socket);
  }

  #onOpen(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#become("open");
    this.#subscribeCompany();
    for (const [sessionId, seq] of this.#seen) this.#subscribe(sessionId, seq);
    this.#ping(socket);
  }

  #onMessage(socket: WebSocket, text: string): void {
    if (socket !== this.#socket) return;
    this.#failures = 0; // an open line that says something is a good one
    this.world.clearTimeout(this.#timers.patience);
    const frame = parsed(text);
    if (frame?.type === "res") this.#onAnswer(frame);
    if (frame?.type !== "event") return;
    if (frame.event === "company.changed") {
      this.#onChanged(frame.payload);
      return;
    }
    const sessionId = String(frame.payload.session_id ?? "");
    if (frame.seq !== null) {
      const seen = this.#seen.get(sessionId);
      if (seen === undefined || frame.seq <= seen) return;
      this.#seen.set(sessionId, frame.seq);
    }
    this.#batch.push(frame);
    this.#timers.batch ||= this.world.setTimeout(() => this.#flush(), BATCH_MS);
  }

  #onClose(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#clear();
    this.#flush();
    if (code === UNAUTHENTICATED) this.#become("refused");
    else this.#retryLater();
  }

  #onChanged(payload: LiveEvent["payload"]): void {
    const changes = Array.isArray(payload.changes) ? payload.changes.filter(isChange) : [];
    this.listener.onChanges(changes, payload.more === true);
  }

  /** What could not be followed, e.g. because the database was away, is asked for again. */
  #onAnswer(frame: Schemas["ResponseFrame"]): void {
    const asked = this.#asked.get(Number(frame.id));
    this.#asked.delete(Number(frame.id));
    if (frame.ok && asked === COMPANY) this.#followCompany(true);
    const code = frame.error?.code ?? "";
    if (frame.ok || asked === undefined || (asked === COMPANY ? FINAL.has(code) : code === "invalid")) return;
    const socket = this.#socket;
    this.world.setTimeout(() => {
      const seen = this.#seen.get(asked);
      if (socket !== this.#socket || this.#state !== "open") return;
      if (asked === COMPANY) this.#subscribeCompany();
      else if (seen !== undefined) this.#subscribe(asked, seen);
    }, AGAIN_MS);
  }

  #retryLater(): void {
    this.#become("lost");
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timers.retry = this.world.setTimeout(() => this.#connect(), wait * (0.5 + this.world.random() / 2));
  }

  #subscribe(sessionId: string, afterSeq: number): void {
    this.#asked.set(this.#next, sessionId);
    this.#send("session.subscribe", { session_id: sessionId, after_seq: afterSeq });
  }

  #subscribeCompany(): void {
    this.#asked.set(this.#next, COMPANY);
    this.#send("company.subscribe", {});
  }

  #followCompany(isFollowed: boolean): void {
    if (isFollowed === this.#isCompanyFollowed) return;
    this.#isCompanyFollowed = isFollowed;
    this.listener.onCompany(isFollowed);
  }

  /** A line that is dead without saying so is found by a ping that nobody answers. */
  #ping(socket: WebSocket): void {
    this.#send("ping", {});
    this.#expectAnswer(socket);
    this.#timers.ping = this.world.setTimeout(() => this.#ping(socket), PING_EVERY_MS);
  }

  #expectAnswer(socket: WebSocket): void {
    this.world.clearTimeout(this.#timers.patience);
    this.#timers.patience = this.world.setTimeout(() => {
      socket.close();
      this.#onClose(socket, 1006);
    }, PATIENCE_MS);
  }

  #send(method: string, params: Record<string, unknown>): void {
    const frame: Schemas["RequestFrame"] = { type: "req", id: this.#next++, method, params };
    this.#socket?.send(JSON.stringify(frame));
  }

  #flush(): void {
    this.world.clearTimeout(this.#timers.batch);
    this.#timers.batch = 0;
    const events = this.#batch;
    this.#batch = [];
    if (events.length > 0) this.listener.onEvents(events);
  }

  #clear(): void {
    this.#asked.clear();
    for (const name of ["retry", "ping", "patience"] as const) this.world.clearTimeout(this.#timers[name]);
  }

  #become(state: Connection): void {
    if (state === this.#state) return;
    this.#state = state;
    this.listener.onState(state);
    if (state !== "open") this.#followCompany(false);
  }
}

function isChange(one: unknown): one is Change {
  const change = one as Partial<Change> | null;
  return typeof change?.order_id === "string" && typeof change.session_id === "string";
}

type Frame = (LiveEvent & { type: "event" }) | (Schemas["ResponseFrame"] & { type: "res" });

function parsed(text: string): Frame | null {
  try {
    const frame = JSON.parse(text);
    if (frame?.type === "res") return frame as Frame;
    return frame?.type === "event" && typeof frame.event === "string" && frame.payload
      ? (frame as Frame)
      : null;
  } catch {
    return null;
  }
}
