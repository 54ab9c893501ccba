/** The one WebSocket for the whole app: events go into the query cache, the state of the line to who shows it. */
import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { sessionOptions } from "../api/session";
import { noteAll, noteChanges, noteConversation, ordersOf, refresherOf } from "./changes";
import { EMPTY, type SessionCourse, withEvents } from "./course";
import type { Refresher } from "./refresher";
import { type Change, type Connection, type LiveEvent, LiveSocket, type World } from "./socket";

type Watcher = (changes: readonly Change[], more: boolean) => void;

interface Live {
  state: Connection;
  /** Whether every change of the company is told; else one has to ask. */
  isTold: boolean;
  follow(sessionId: string, afterSeq?: number): void;
  hurry(): void;
  /** Calls with every change until the returned function is called. */
  watch(watcher: Watcher): () => void;
}

const LiveContext = createContext<Live>({
  state: "off",
  isTold: false,
  follow: () => {},
  hurry: () => {},
  watch: () => () => {},
});

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
  const [isTold, setTold] = useState(false);
  const { socket, refresher, watchers } = useMemo(() => lineFor(client, setState, setTold), [client]);
  useEffect(() => {
    socket.start();
    const hurry = () => socket.hurry();
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
    return () => {
      window.removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      socket.stop();
      refresher.stop();
      client.removeQueries({ queryKey: ["course"] });
    };
  }, [socket, refresher, client]);
  useEffect(() => {
    if (state === "refused") void client.invalidateQueries({ queryKey: sessionOptions.queryKey });
    if (state === "open")
      void client.invalidateQueries({ predicate: (query) => query.state.status === "error" });
  }, [state, client]);
  const live = useMemo(
    (): Live => ({
      state,
      isTold,
      follow: (id, afterSeq) => socket.follow(id, afterSeq),
      hurry: () => socket.hurry(),
      watch: (watcher) => {
        watchers.add(watcher);
        return () => watchers.delete(watcher);
      },
    }),
    [state, isTold, socket, watchers],
  );
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

function lineFor(
  client: QueryClient,
  setState: (state: Connection) => void,
  setTold: (isTold: boolean) => void,
) {
  const refresher = refresherOf(client);
  const watchers = new Set<Watcher>();
  const socket = new LiveSocket(browser, {
    onState: setState,
    onEvents: (events) => take(client, refresher, events),
    onCompany: (isFollowed) => {
      setTold(isFollowed);
      if (isFollowed) noteAll(refresher); // what was missed
    },
    onChanges: (changes, more) => {
      noteChanges(client, refresher, changes, more);
      for (const watcher of watchers) watcher(changes, more);
    },
  });
  return { socket, refresher, watchers };
}

export function useConnection(): Live {
  return useContext(LiveContext);
}

const NET_MS = 60_000;

/** How often to ask for what is told of: seldom while it is, every `ms` while it is not. */
export function usePace(ms: number): number {
  return useContext(LiveContext).isTold ? NET_MS : ms;
}

/** Calls with every change of the company; `watcher` is to be stable. */
export function useChanges(watcher: Watcher): void {
  const { watch } = useContext(LiveContext);
  useEffect(() => watch(watcher), [watch, watcher]);
}

/** The course of a session's orders from an event on, as it goes on; `undefined` while that is not known. */
export function useCourse(sessionId: string, afterSeq: number | undefined): SessionCourse {
  const { follow } = useContext(LiveContext);
  useEffect(() => {
    if (afterSeq !== undefined) follow(sessionId, afterSeq);
  }, [sessionId, afterSeq, follow]);
  return useQuery(courseOptions(sessionId)).data ?? EMPTY;
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

function take(client: QueryClient, refresher: Refresher, events: LiveEvent[]): void {
  for (const [sessionId, own] of grouped(events)) {
    client.setQueryData(courseOptions(sessionId).queryKey, (course = EMPTY) => withEvents(course, own));
    noteConversation(client, refresher, sessionId);
  }
  noteChanges(client, refresher, ordersOf(events));
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
