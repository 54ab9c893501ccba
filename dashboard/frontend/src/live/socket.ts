/**
 * The WebSocket, kept open: it follows sessions, comes back after every loss with the last `seq` it saw, and hands
 * events on in batches, each numbered event once. Knows nothing of React.
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

export interface Listener {
  onEvents(events: LiveEvent[]): void;
  onState(state: Connection): void;
}

export const FIRST_WAIT_MS = 500;
export const LONGEST_WAIT_MS = 15_000;
const BATCH_MS = 40;
const PING_EVERY_MS = 20_000;
const PATIENCE_MS = 10_000;
const AGAIN_MS = 4_000;
const MOST_SESSIONS = 60; // the gateway follows 64 on one connection
const UNAUTHENTICATED = 4401;

export class LiveSocket {
  #socket: WebSocket | null = null;
  #state: Connection = "off";
  #failures = 0;
  #next = 1;
  #batch: LiveEvent[] = [];
  #timers = { retry: 0, batch: 0, ping: 0, patience: 0 };
  readonly #seen = new Map<string, number>();
  readonly #asked = new Map<number, string>(); // request → the session it asked for

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

  /** Follows a session from its first event on; does nothing when it is followed already. */
  follow(sessionId: string): void {
    if (this.#seen.has(sessionId)) return;
    this.#seen.set(sessionId, 0);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST_SESSIONS && oldest !== undefined) {
      this.#seen.delete(oldest);
      if (this.#state === "open") this.#socket?.close(1000); // only a new connection follows fewer
      return;
    }
    if (this.#state === "open") this.#subscribe(sessionId, 0);
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

  /** A session that could not be followed, e.g. because the database was away, is asked for again. */
  #onAnswer(frame: Schemas["ResponseFrame"]): void {
    const sessionId = this.#asked.get(Number(frame.id));
    this.#asked.delete(Number(frame.id));
    if (frame.ok || sessionId === undefined || frame.error?.code === "invalid") return;
    this.world.setTimeout(() => {
      const seen = this.#seen.get(sessionId);
      if (seen !== undefined && this.#state === "open") this.#subscribe(sessionId, seen);
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
  }
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
