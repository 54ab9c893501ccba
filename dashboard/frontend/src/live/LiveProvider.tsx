/** The one WebSocket for the whole app: events go into the query cache, the state of the line to who shows it. */
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { ordersKey, sessionsKey } from "../api/orders";
import { sessionOptions } from "../api/session";
import { EMPTY, type SessionCourse, withEvents } from "./course";
import { type Connection, type LiveEvent, LiveSocket, type World } from "./socket";

interface Live {
  state: Connection;
  follow(sessionId: string): void;
  hurry(): void;
}

const LiveContext = createContext<Live>({ state: "off", follow: () => {}, hurry: () => {} });

const browser: World = {
  open: () => new WebSocket(`${window.location.origin.replace(/^http/, "ws")}/ws`, ["nexus.v1"]),
  setTimeout: (run, ms) => window.setTimeout(run, ms),
  clearTimeout: (timer) => window.clearTimeout(timer),
  random: Math.random,
};

/** Everything below may follow sessions. To be rendered for somebody who is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<Connection>("off");
  const socket = useMemo(
    () =>
      new LiveSocket(browser, {
        onState: setState,
        onEvents: (events) => take(client, events),
      }),
    [client],
  );
  useEffect(() => {
    socket.start();
    const hurry = () => socket.hurry();
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
    return () => {
      window.removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      socket.stop();
      client.removeQueries({ queryKey: ["course"] });
    };
  }, [socket, client]);
  useEffect(() => {
    if (state === "refused") void client.invalidateQueries({ queryKey: sessionOptions.queryKey });
    if (state === "open")
      void client.invalidateQueries({ predicate: (query) => query.state.status === "error" });
  }, [state, client]);
  const live = useMemo(
    () => ({ state, follow: (id: string) => socket.follow(id), hurry: () => socket.hurry() }),
    [state, socket],
  );
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

export function useConnection(): Live {
  return useContext(LiveContext);
}

/** The course of a session's orders, from its first event on, as it goes on. */
export function useCourse(sessionId: string | undefined): SessionCourse {
  const live = useContext(LiveContext);
  useEffect(() => {
    if (sessionId) live.follow(sessionId);
  }, [sessionId, live]);
  return useQuery(courseOptions(sessionId ?? "")).data ?? EMPTY;
}

/** Kept for good: the gateway sends an event once on a connection, so what is forgotten here does not come again. */
function courseOptions(sessionId: string) {
  return queryOptions({
    queryKey: ["course", sessionId] as const,
    queryFn: () => EMPTY,
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });
}

function take(client: QueryClient, events: LiveEvent[]): void {
  const bySession = grouped(events);
  for (const [sessionId, own] of bySession) {
    client.setQueryData(courseOptions(sessionId).queryKey, (course = EMPTY) => withEvents(course, own));
  }
  for (const { payload } of events) if (typeof payload.order_id === "string") changed.add(payload.order_id);
  refreshSoon(client);
}

const REFRESH_MS = 1_000;
const changed = new Set<string>();
let resting = 0;

/** What is read over REST is asked for again at once, but not more than once a second however much happens. */
function refreshSoon(client: QueryClient): void {
  if (resting !== 0 || changed.size === 0) return;
  void client.invalidateQueries({
    predicate: ({ queryKey: [kind, orderId] }) => kind === "order" && changed.has(String(orderId)),
  });
  changed.clear();
  void client.invalidateQueries({ queryKey: ordersKey });
  void client.invalidateQueries({ queryKey: sessionsKey });
  resting = window.setTimeout(() => {
    resting = 0;
    refreshSoon(client);
  }, REFRESH_MS);
}

function grouped(events: LiveEvent[]): Map<string, LiveEvent[]> {
  const bySession = new Map<string, LiveEvent[]>();
  for (const event of events) {
    const sessionId = String(event.payload.session_id ?? "");
    const own = bySession.get(sessionId);
    if (own) own.push(event);
    else bySession.set(sessionId, [event]);
  }
  return bySession;
}
