/** For tests: shows a view to somebody who is signed in, with a gateway that answers what the test says. */
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import type { Session } from "../api/session";

export interface Sent {
  /** Like `GET /api/agents`. */
  call: string;
  body: string;
}

type Answer = (body: string) => { status?: number; body: unknown };

/** A gateway with these answers, by method and path; returns what was sent to it, in order. */
export function aGateway(answers: Record<string, Answer>): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (request: Request | string, init?: RequestInit) => {
    const isRequest = typeof request !== "string";
    const path = isRequest ? new URL(request.url).pathname : request;
    const call = `${isRequest ? request.method : (init?.method ?? "GET")} ${path}`;
    const body = isRequest ? await request.text() : String(init?.body ?? "");
    sent.push({ call, body });
    const answer = answers[call]?.(body) ?? { status: 404, body: { detail: `nothing at ${call}` } };
    return new Response(JSON.stringify(answer.body), {
      status: answer.status ?? 200,
      headers: { "Content-Type": "application/json" },
    });
  });
  return sent;
}

/** A problem document. */
export function aProblem(status: number, slug: string, detail: string) {
  return { status, body: { type: `urn:nexus:problem:${slug}`, title: slug, status, detail } };
}

/** Shows the view; returns its query client. */
export function show(view: ReactNode, session: Partial<Session> = {}): QueryClient {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const who: Session = { role: "owner", via: "session", expires_at: null, ...session };
  client.setQueryData<Session | null>(["session"], who);
  client.setQueryDefaults(["session"], { staleTime: Number.POSITIVE_INFINITY });
  const root = createRootRoute({ component: () => view });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  render(
    <MantineProvider>
      <QueryClientProvider client={client}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return client;
}
