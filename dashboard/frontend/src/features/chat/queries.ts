/** What the chat asks the gateway. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, newKey, type Schemas, type Tier, unwrap } from "../../api/client";
import { sessionsKey } from "../../api/orders";
import { ApiProblem } from "../../api/problem";

export type Message = Schemas["MessageView"];
export type Conversation = { session: Schemas["SessionView"]; messages: Message[] };

const PAGE = 200;
const MOST_PAGES = 10; // the gateway lists from the oldest on; who has said more than 2,000 things sees the first ones

export const sessionsOptions = infiniteQueryOptions({
  queryKey: sessionsKey,
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      api.GET("/api/sessions", {
        params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  refetchInterval: (query) => (query.state.data && query.state.data.pages.length > 1 ? false : 15_000),
});

/** Everything that was said; what is said from now on comes live. */
export function conversationOptions(sessionId: string, isLive: boolean) {
  return queryOptions({
    queryKey: ["conversation", sessionId] as const,
    queryFn: ({ signal }) => readConversation(sessionId, signal),
    staleTime: 30_000,
    refetchInterval: isLive ? false : 4_000,
  });
}

async function readConversation(sessionId: string, signal: AbortSignal): Promise<Conversation> {
  const messages: Message[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query: { limit: number; cursor?: string } = cursor ? { limit: PAGE, cursor } : { limit: PAGE };
    const found: Schemas["SessionDetail"] = await unwrap(
      api.GET("/api/sessions/{session_id}", { params: { path: { session_id: sessionId }, query }, signal }),
    );
    messages.push(...found.messages);
    cursor = found.next_cursor;
    if (cursor === null) return { session: found.session, messages };
  }
  const last = await unwrap(
    api.GET("/api/sessions/{session_id}", { params: { path: { session_id: sessionId } } }),
  );
  return { session: last.session, messages };
}

/** A message as it is to be sent. `key` is its own, so that sending it again does nothing twice. */
export interface Draft {
  key: string;
  content: string;
  tier: Tier | null;
  sessionId: string | null;
  attachments: Schemas["AttachmentIn"][];
}

/** The message with its key: the key of the one that failed before if it is the same, else a new one. */
export function keyed(message: Omit<Draft, "key">, failed: Draft | undefined): Draft {
  const isSame =
    failed !== undefined &&
    failed.content === message.content &&
    failed.tier === message.tier &&
    failed.sessionId === message.sessionId &&
    failed.attachments.length === message.attachments.length &&
    failed.attachments.every((one, n) => one === message.attachments[n]);
  return { ...message, key: isSame ? failed.key : newKey() };
}

/** Hands a message in; the answer comes live. A message that was taken already is taken. */
export async function send(draft: Draft): Promise<{ sessionId: string; orderId: string }> {
  const body: Record<string, unknown> = { content: draft.content };
  if (draft.sessionId) body.session_id = draft.sessionId;
  if (draft.tier) body.tier = draft.tier;
  if (draft.attachments.length > 0) body.attachments = draft.attachments;
  try {
    const reply = await unwrap(
      api.POST("/api/chat", {
        body: body as unknown as Schemas["ChatRequest"],
        params: { header: { "Idempotency-Key": draft.key } },
      }),
    );
    return { sessionId: reply.session_id, orderId: reply.order_id };
  } catch (error) {
    const taken =
      error instanceof ApiProblem && error.slug === "idempotency-key-in-use" ? error.document : {};
    if (typeof taken.session_id !== "string" || typeof taken.order_id !== "string") throw error;
    return { sessionId: taken.session_id, orderId: taken.order_id };
  }
}
