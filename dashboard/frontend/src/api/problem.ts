/** What can go wrong with a call to the gateway, as one small tree of errors. */

export interface FieldProblem {
  field: string;
  message: string;
}

/** The gateway said no (RFC 9457). `slug` is the stable name of the problem. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly status: number,
    readonly slug: string,
    readonly detail: string,
    readonly fields: readonly FieldProblem[] = [],
    readonly retryAfterS: number | null = null,
    readonly document: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}

/** The gateway could not be reached, or what answered was not the gateway. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

const PREFIX = "urn:nexus:problem:";

/** Makes an error of an error's body, whatever that is; a proxy's 502 page is no problem document. */
export function problemFrom(response: Response, body: unknown): ApiProblem | ConnectionLost {
  const document = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const type = typeof document.type === "string" ? document.type : "";
  if (!type.startsWith(PREFIX) && response.status >= 500)
    return new ConnectionLost(`HTTP ${response.status}`);
  const detail = [document.detail, document.title].find((text) => typeof text === "string" && text !== "");
  return new ApiProblem(
    response.status,
    type.startsWith(PREFIX) ? type.slice(PREFIX.length) : "unknown",
    typeof detail === "string" ? detail : `HTTP ${response.status}`,
    fieldsOf(document.errors),
    seconds(response.headers.get("Retry-After")),
    document,
  );
}

function fieldsOf(errors: unknown): FieldProblem[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(
    (one): one is FieldProblem => typeof one?.field === "string" && typeof one?.message === "string",
  );
}

function seconds(header: string | null): number | null {
  const value = Number(header);
  return header !== null && Number.isFinite(value) ? value : null;
}
