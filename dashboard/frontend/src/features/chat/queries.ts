/** What the chat asks the gateway. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, newKey, type Schemas, type Tier, unwrap } from "../../api/client";
import { sessionsKey } from "../../api/orders";
import { ApiProblem } from "../../api/problem";

export type Message = Schemas["MessageView"];
type Part = Schemas["SessionDetail"];

const SESSIONS = 50;
const MESSAGES = 60;

/** The conversations, the one in which something happened last first. */
export const sessionsOptions = infiniteQueryOptions({
  queryKey: sessionsKey,
  queryFn: ({ pageParam, signal }) => {
    const query = { order: "recent" as const, limit: SESSIONS, ...(pageParam ? { cursor: pageParam } : {}) };
    return unwrap(api.GET("/api/sessions", { params: { query }, signal }));
  },
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

/** What was said, from the end backwards: the "next" page is the one before. What is said from now on comes live. */
export function conversationOptions(sessionId: string) {
  return infiniteQueryOptions({
    queryKey: ["conversation", sessionId] as const,
    queryFn: ({ pageParam, signal }) => {
      const place = pageParam ? { before: pageParam } : { end: true };
      return unwrap(
        api.GET("/api/sessions/{session_id}", {
          params: { path: { session_id: sessionId }, query: { limit: MESSAGES, ...place } },
          signal,
        }),
      );
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.earlier_cursor,
    staleTime: 30_000,
  });
}

/** The messages of the parts that were read, oldest first. */
export function messagesOf(parts: readonly Part[]): Message[] {
  return parts.toReversed().flatMap((part) => part.messages);
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
