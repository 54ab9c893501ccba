/** Who is signed in. The secret goes out once and is kept nowhere; the cookie is HttpOnly. */
import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import type { Schemas } from "./client";
import { ConnectionLost, problemFrom } from "./problem";

export type Session = Schemas["BrowserSessionView"];

/** The session; null when one has to sign in. */
export const sessionOptions = queryOptions({
  queryKey: ["session"] as const,
  queryFn: readSession,
  staleTime: 5 * 60_000,
  refetchOnWindowFocus: "always",
});

async function readSession(): Promise<Session | null> {
  const response = await call("GET", "/api/session");
  if (response.status === 401) return null;
  return (await bodyOf(response)) as Session;
}

/** Whether the one who is signed in may change anything; the gateway has the last word. */
export function useMayChange(): boolean {
  return useQuery(sessionOptions).data?.role === "owner";
}

/** Signs in with the secret, or with the code of a one-time link. */
export async function signIn(credential: { secret: string } | { link: string }): Promise<void> {
  await bodyOf(await call("POST", "/api/session", credential));
}

/** Signs this browser out, or every browser. */
export async function signOut(everywhere: boolean): Promise<void> {
  await bodyOf(
    everywhere ? await call("POST", "/api/session/end-all") : await call("DELETE", "/api/session"),
  );
}

/** Signs out and begins anew at the sign-in, with nothing left of what was shown. */
export async function leave(client: QueryClient, everywhere: boolean): Promise<void> {
  await signOut(everywhere);
  client.clear();
  window.location.assign("/");
}

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin", cache: "no-store" };
  if (body !== undefined) {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, init);
  } catch (error) {
    throw new ConnectionLost(error instanceof Error ? error.message : String(error));
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  let body: unknown = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    body = null;
  }
  if (!response.ok) throw problemFrom(response, body);
  return body;
}
