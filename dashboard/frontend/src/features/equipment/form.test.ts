import { expect, test } from "vitest";
import { ApiProblem } from "../../api/problem";
import { faultsOf, fieldsOf, saidOf, textsOf, valuesOf } from "./form";

const SCHEMA = {
  type: "object",
  required: ["name", "count"],
  properties: {
    period: { enum: ["today", "week"], type: "string", default: "today", description: "which period" },
    span: { $ref: "#/$defs/Span" },
    name: { type: "string", maxLength: 5 },
    count: { type: "integer", minimum: 1, exclusiveMaximum: 10 },
    share: { type: "number", default: 0.5 },
    deep: { type: "boolean", default: false },
    note: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
    odd: { type: "object" },
  },
  $defs: { Span: { enum: ["a", "b"] } },
};
const FIELDS = fieldsOf(SCHEMA);
const field = (name: string) => FIELDS.find((one) => one.name === name);

test("every simple type has its field, and what is no simple type is text", () => {
  expect(FIELDS.map((one) => [one.name, one.kind])).toEqual([
    ["period", "choice"],
    ["span", "choice"],
    ["name", "text"],
    ["count", "integer"],
    ["share", "number"],
    ["deep", "boolean"],
    ["note", "text"],
    ["odd", "text"],
  ]);
  expect(field("period")).toMatchObject({
    help: "which period",
    choices: ["today", "week"],
    standard: "today",
  });
  expect(field("span")?.choices).toEqual(["a", "b"]);
  expect(field("count")).toMatchObject({ isNeeded: true, least: 1, most: 9 });
  expect(field("note")).toMatchObject({ isNeeded: false, standard: null });
});

test("a schema without properties, or with nonsense, has no fields", () => {
  expect(fieldsOf({})).toEqual([]);
  expect(fieldsOf({ properties: "x", required: 3 })).toEqual([]);
  expect(fieldsOf({ properties: { a: null } })).toHaveLength(1);
});

test("the fields show what is stored, else the defaults", () => {
  expect(textsOf(FIELDS)).toMatchObject({ period: "today", share: "0.5", deep: "false", name: "", note: "" });
  expect(textsOf(FIELDS, { count: 7, deep: true, note: null })).toMatchObject({
    count: "7",
    deep: "true",
    note: "",
  });
});

test("what is sent has its types, and what is empty is left to the default", () => {
  const texts = { ...textsOf(FIELDS), name: " a ", count: "7", share: "", deep: "true", span: "b" };
  expect(faultsOf(FIELDS, texts).size).toBe(0);
  expect(valuesOf(FIELDS, texts)).toEqual({ period: "today", span: "b", name: " a ", count: 7, deep: true });
});

test("what is wrong is said of its field", () => {
  const wrong = (name: string, text: string) =>
    faultsOf(FIELDS, { ...textsOf(FIELDS), name: "a", count: "1", [name]: text }).get(name);
  expect(wrong("name", "")).toEqual({ is: "needed" });
  expect(wrong("name", "longer")).toEqual({ is: "longest", n: 5 });
  expect(wrong("count", "1.5")).toEqual({ is: "notInteger" });
  expect(wrong("count", "many")).toEqual({ is: "notInteger" });
  expect(wrong("count", "0")).toEqual({ is: "least", n: 1 });
  expect(wrong("count", "10")).toEqual({ is: "most", n: 9 });
  expect(wrong("share", "much")).toEqual({ is: "notNumber" });
  expect(wrong("share", "")).toBeUndefined();
});

test("what the gateway says of a field finds it", () => {
  const error = new ApiProblem(422, "invalid", "wrong", [
    { field: "parameters.count", message: "too many" },
    { field: "cron", message: "no schedule" },
    { field: "body.tell", message: "no channel" },
  ]);
  expect([...saidOf(error, "parameters")]).toEqual([
    ["count", "too many"],
    ["cron", "no schedule"],
    ["tell", "no channel"],
  ]);
  expect(saidOf(new Error("x"), "parameters").size).toBe(0);
});
