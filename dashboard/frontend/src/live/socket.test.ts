import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Change, type Connection, type LiveEvent, LiveSocket, LONGEST_WAIT_MS } from "./socket";

/** A WebSocket whose other end is the test. */
class Line {
  sent: { id: number; method: string; params: Record<string, unknown> }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  closed = false;

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.closed = true;
  }
  says(frame: object) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  event(seq: number | null, session = "s1") {
    const payload = { order_id: `WO-${seq}`, session_id: session };
    this.says({ type: "event", event: "order.queued", payload, seq });
  }
  drops(code = 1006) {
    this.onclose?.({ code });
  }
  answers(method: string, error: string | null = null) {
    const id = this.sent.findLast((frame) => frame.method === method)?.id;
    this.says({ type: "res", id, ok: error === null, error: error ? { code: error, message: "" } : null });
  }
  subscriptions() {
    return this.sent.filter((frame) => frame.method === "session.subscribe").map((frame) => frame.params);
  }
}

let lines: Line[];
let events: LiveEvent[];
let states: Connection[];
let told: (boolean | Change[])[];
let socket: LiveSocket;

function line(): Line {
  const last = lines.at(-1);
  if (!last) throw new Error("no line was opened");
  return last;
}

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  events = [];
  states = [];
  told = [];
  const world = {
    open: () => {
      lines.push(new Line());
      return line() as unknown as WebSocket;
    },
    setTimeout: (run: () => void, ms: number) => window.setTimeout(run, ms),
    clearTimeout: (timer: number) => window.clearTimeout(timer),
    random: () => 1,
  };
  const listener = {
    onEvents: (batch: LiveEvent[]) => events.push(...batch),
    onState: (state: Connection) => states.push(state),
    onCompany: (isFollowed: boolean) => told.push(isFollowed),
    onChanges: (changes: Change[]) => told.push(changes),
  };
  socket = new LiveSocket(world, listener);
});

describe("the live line", () => {
  test("follows what was asked for before and after it opened", () => {
    socket.follow("s1");
    socket.start();
    line().onopen?.();
    socket.follow("s2");
    socket.follow("s2");
    expect(line().subscriptions()).toEqual([
      { session_id: "s1", after_seq: 0 },
      { session_id: "s2", after_seq: 0 },
    ]);
    expect(states).toEqual(["connecting", "open"]);
  });

  test("comes back with the last seq and hands every event on once", () => {
    socket.follow("s1");
    socket.start();
    line().onopen?.();
    for (const seq of [1, 2, 2, 3]) line().event(seq);
    line().drops();
    expect(states.at(-1)).toBe("lost");
    vi.advanceTimersByTime(1_000);
    line().onopen?.();
    expect(line().subscriptions()).toEqual([{ session_id: "s1", after_seq: 3 }]);
    for (const seq of [2, 3, 4]) line().event(seq);
    vi.advanceTimersByTime(100);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  });

  test("hands previews on without counting them", () => {
    socket.follow("s1");
    socket.start();
    line().onopen?.();
    line().event(null);
    line().event(1);
    vi.advanceTimersByTime(100);
    expect(events.map((event) => event.seq)).toEqual([null, 1]);
  });

  test("waits longer after each failure, never longer than the longest wait, and hurries when told to", () => {
    socket.start();
    const waits: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const before = lines.length;
      line().drops();
      let waited = 0;
      while (lines.length === before) {
        vi.advanceTimersByTime(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([
      500,
      1_000,
      2_000,
      4_000,
      8_000,
      LONGEST_WAIT_MS,
      LONGEST_WAIT_MS,
      LONGEST_WAIT_MS,
    ]);
    line().drops();
    const before = lines.length;
    socket.hurry();
    expect(lines.length).toBe(before + 1);
  });

  test("takes a line that answers no ping for lost", () => {
    socket.start();
    line().onopen?.();
    line().says({ type: "res", id: 1, ok: true, payload: {} });
    vi.advanceTimersByTime(29_000);
    expect(socket.state).toBe("open");
    vi.advanceTimersByTime(2_000);
    expect(states).toContain("lost");
    expect(lines[0]?.closed).toBe(true);
  });

  test("does not knock again when it is refused", () => {
    socket.start();
    line().onopen?.();
    line().drops(4401);
    vi.advanceTimersByTime(60_000);
    expect(socket.state).toBe("refused");
    expect(lines).toHaveLength(1);
  });

  test("asks again for a session that could not be followed", () => {
    socket.follow("s1");
    socket.start();
    line().onopen?.();
    const asked = line().sent.find((frame) => frame.method === "session.subscribe");
    line().says({ type: "res", id: asked?.id, ok: false, error: { code: "store-unavailable", message: "" } });
    vi.advanceTimersByTime(5_000);
    expect(line().subscriptions()).toHaveLength(2);
  });

  test("follows a long session from where it is told", () => {
    socket.follow("s1", 700);
    socket.start();
    line().onopen?.();
    expect(line().subscriptions()).toEqual([{ session_id: "s1", after_seq: 700 }]);
  });

  test("follows the company on every line, and says when it does not", () => {
    const change = { order_id: "WO-1", session_id: "s9", status: "queued", event: "order.queued" };
    socket.start();
    line().onopen?.();
    line().answers("company.subscribe");
    line().says({ type: "event", event: "company.changed", payload: { changes: [change, "odd"] } });
    line().drops();
    vi.advanceTimersByTime(1_000);
    line().onopen?.();
    line().answers("company.subscribe");
    expect(told).toEqual([true, [change], false, true]);
    expect(events).toEqual([]);
  });

  test("asks for the company again while the database is away, not when there is no such thing", () => {
    const asked = () => line().sent.filter((frame) => frame.method === "company.subscribe").length;
    socket.start();
    line().onopen?.();
    line().answers("company.subscribe", "store-unavailable");
    vi.advanceTimersByTime(5_000);
    expect(asked()).toBe(2);
    line().answers("company.subscribe", "not-found");
    vi.advanceTimersByTime(5_000);
    expect(asked()).toBe(2);
    expect(told).toEqual([]);
  });

  test("takes noise for noise", () => {
    socket.start();
    line().onopen?.();
    line().onmessage?.({ data: "no json" });
    line().says([]);
    line().says({ type: "event" });
    vi.advanceTimersByTime(100);
    expect(events).toEqual([]);
  });
});
