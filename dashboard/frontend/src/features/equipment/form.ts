/** A tool's parameters as the fields of a form, from the JSON schema that pydantic writes. Pure. */
import { ApiProblem } from "../../api/problem";

export type Kind = "text" | "integer" | "number" | "boolean" | "choice";

export interface Field {
  name: string;
  kind: Kind;
  help: string;
  /** Of a choice. */
  choices: readonly string[];
  /** As it is written into the field; null: there is none. */
  standard: string | null;
  isNeeded: boolean;
  least: number | null;
  most: number | null;
  longest: number | null;
}

/** What stands in the fields, by their names. */
export type Texts = Readonly<Record<string, string>>;

/** What is wrong with a field, as a key of the dictionary. */
export type Fault =
  | { is: "needed" | "notInteger" | "notNumber" }
  | { is: "least" | "most" | "longest"; n: number };

type Schema = Readonly<Record<string, unknown>>;

/** The fields in the schema's order. What is no simple type is written as text, and the gateway judges it. */
export function fieldsOf(schema: Schema): Field[] {
  const needed = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(asSchema(schema.properties)).map(([name, raw]) => {
    const given = asSchema(raw);
    const type = resolved(given, schema);
    const choices = Array.isArray(type.enum) ? type.enum.map(String) : [];
    return {
      name,
      kind: choices.length > 0 ? "choice" : kindOf(type.type),
      help: typeof given.description === "string" ? given.description : "",
      choices,
      standard: given.default === undefined || given.default === null ? null : String(given.default),
      isNeeded: needed.includes(name),
      least: numberOf(type.minimum) ?? above(type),
      most: numberOf(type.maximum) ?? below(type),
      longest: numberOf(type.maxLength),
    };
  });
}

/** What the fields show at first: what is stored, else the defaults. */
export function textsOf(fields: readonly Field[], stored: Schema | null = null): Texts {
  const entries = fields.map((field) => {
    const kept = stored?.[field.name];
    const first = field.kind === "choice" && field.isNeeded ? (field.choices[0] ?? "") : "";
    return [field.name, kept === undefined || kept === null ? (field.standard ?? first) : String(kept)];
  });
  return Object.fromEntries(entries);
}

/** What is wrong, by field; empty when it can be sent. */
export function faultsOf(fields: readonly Field[], texts: Texts): Map<string, Fault> {
  const found = new Map<string, Fault>();
  for (const field of fields) {
    const fault = faultOf(field, texts[field.name] ?? "");
    if (fault) found.set(field.name, fault);
  }
  return found;
}

function faultOf(field: Field, text: string): Fault | null {
  const isEmpty = field.kind === "text" ? text === "" : text.trim() === "";
  if (isEmpty) return field.isNeeded ? { is: "needed" } : null;
  if (field.kind === "text" && field.longest !== null && text.length > field.longest)
    return { is: "longest", n: field.longest };
  if (field.kind !== "integer" && field.kind !== "number") return null;
  const value = Number(text);
  if (!Number.isFinite(value)) return { is: field.kind === "integer" ? "notInteger" : "notNumber" };
  if (field.kind === "integer" && !Number.isInteger(value)) return { is: "notInteger" };
  if (field.least !== null && value < field.least) return { is: "least", n: field.least };
  if (field.most !== null && value > field.most) return { is: "most", n: field.most };
  return null;
}

/** What is sent: a field that is empty is left to the tool's default. */
export function valuesOf(fields: readonly Field[], texts: Texts): Record<string, unknown> {
  const entries = fields.flatMap((field) => {
    const text = texts[field.name] ?? "";
    if (field.kind === "text" ? text === "" : text.trim() === "") return [];
    return [[field.name, asSent(field.kind, text)] as const];
  });
  return Object.fromEntries(entries);
}

function asSent(kind: Kind, text: string): unknown {
  if (kind === "integer" || kind === "number") return Number(text);
  return kind === "boolean" ? text === "true" : text;
}

/** What the gateway said of single fields, by their names; `under` is what stands before a name, like `parameters`. */
export function saidOf(error: Error | null, under: string): Map<string, string> {
  const found = new Map<string, string>();
  if (!(error instanceof ApiProblem)) return found;
  for (const { field, message } of error.fields) {
    const path = field.split(".").filter((part) => part !== "body");
    const name = path[0] === under ? path[1] : path[0];
    if (name !== undefined) found.set(name, message);
  }
  return found;
}

function resolved(given: Schema, root: Schema): Schema {
  const several = [given.anyOf, given.allOf, given.oneOf].find(Array.isArray) as Schema[] | undefined;
  const inner = several?.find((one) => one.type !== "null") ?? given;
  const ref = typeof inner.$ref === "string" ? inner.$ref.replace("#/$defs/", "") : null;
  return ref === null ? inner : asSchema(asSchema(root.$defs)[ref]);
}

function kindOf(type: unknown): Kind {
  return type === "integer" || type === "number" || type === "boolean" ? type : "text";
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null ? (value as Schema) : {};
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** Only whole numbers have a smallest one above a bound. */
function above(type: Schema): number | null {
  const bound = numberOf(type.exclusiveMinimum);
  return bound !== null && type.type === "integer" ? bound + 1 : null;
}

function below(type: Schema): number | null {
  const bound = numberOf(type.exclusiveMaximum);
  return bound !== null && type.type === "integer" ? bound - 1 : null;
}
