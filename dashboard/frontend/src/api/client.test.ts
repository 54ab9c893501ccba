import { afterEach, describe, expect, test, vi } from "vitest";
import { api, newKey, unwrap } from "./client";
import { ApiProblem, ConnectionLost } from "./problem";
import { signIn } from "./session";

afterEach(() => vi.unstubAllGlobals());

function answers(body: string, status: number, headers: Record<string, string> = {}) {
  vi.stubGlobal("fetch", async () => new Response(body, { status, headers }));
}

const call = () => unwrap(api.GET("/api/agents"));

describe("a call to the gateway", () => {
  test("gives the data", async () => {
    answers('{"items": []}', 200, { "Content-Type": "application/json" });
    await expect(call()).resolves.toEqual({ items: [] });
  });

  test("tells a problem with its name, fields and time to wait", async () => {
    const problem = {
      type: "urn:nexus:problem:invalid",
      title: "The request is not valid",
      detail: "limit: must be less",
      errors: [{ field: "limit", message: "must be less" }, { nonsense: true }],
    };
    answers(JSON.stringify(problem), 422, { "Content-Type": "application/problem+json", "Retry-After": "7" });
    const error = await call().catch((raised: unknown) => raised);
    expect(error).toBeInstanceOf(ApiProblem);
    expect(error).toMatchObject({
      status: 422,
      slug: "invalid",
      detail: "limit: must be less",
      fields: [{ field: "limit", message: "must be less" }],
      retryAfterS: 7,
    });
  });

  test("tells a database that is away from a gateway that is away", async () => {
    answers(JSON.stringify({ type: "urn:nexus:problem:store-unavailable", title: "t", detail: "d" }), 503);
    await expect(call()).rejects.toBeInstanceOf(ApiProblem);
    answers("<html>Bad Gateway</html>", 502);
    await expect(call()).rejects.toBeInstanceOf(ConnectionLost);
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("Failed to fetch");
    });
    await expect(call()).rejects.toBeInstanceOf(ConnectionLost);
  });

  test("makes no more of an odd 404 than its status", async () => {
    answers("not json", 404);
    await expect(call()).rejects.toMatchObject({ status: 404, slug: "unknown", detail: "HTTP 404" });
  });
});

test("the secret goes into the body of one request and nowhere else", async () => {
  const sent = vi.fn(async () => new Response("{}", { status: 200 }));
  vi.stubGlobal("fetch", sent);
  await signIn({ secret: "s3cret" });
  expect(sent.mock.calls).toEqual([
    ["/api/session", expect.objectContaining({ method: "POST", body: '{"secret":"s3cret"}' })],
  ]);
  expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("s3cret");
});

test("keys are fresh and fit the gateway's pattern", () => {
  const keys = new Set(Array.from({ length: 100 }, newKey));
  expect(keys.size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
});
