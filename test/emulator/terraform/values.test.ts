import { expect, test } from "vitest";
import { conform, stateOf } from "../../../emulator/terraform/state";
import { isUnknown, readDynamic, sameValue, unknown, writeDynamic } from "../../../emulator/terraform/values";

const bytes = (hex: string) => ({ msgpack: Buffer.from(hex.replaceAll(" ", ""), "hex") });

test("an unknown is extension 0 on the wire, as Terraform writes it", () => {
  expect(Buffer.from(writeDynamic({ id: unknown }).msgpack ?? []).toString("hex")).toBe("81a26964d40000");
});

test("a refined unknown (extension 12) reads as unknown", () => {
  // {"id": an unknown that is known not to be null: {1: false}}
  expect(readDynamic(bytes("81 a2 6964 c7 03 0c 81 01 c2"))).toSatisfy((value) =>
    isUnknown((value as { id: never }).id),
  );
});

test("values come back as they were written", () => {
  const value = { a: null, b: "text", c: 7, d: 1.5, e: true, f: ["x", { g: [] }], h: { i: "j" } };
  expect(readDynamic(writeDynamic(value))).toEqual(value);
  expect(readDynamic(writeDynamic(null))).toBeNull();
  expect(readDynamic({ json: Buffer.from('{"a":1}') })).toEqual({ a: 1 });
});

test("order does not count in sets, nor what was left out in blocks; it does in lists and maps", () => {
  expect(sameValue(["a", "b"], ["b", "a"], { sets: true })).toBe(true);
  expect(sameValue(["a", "b"], ["b", "a"])).toBe(false);
  expect(sameValue([{ name: "x", alias: null }], [{ name: "x", alias: "" }], { sets: true, sparse: true })).toBe(true);
  expect(sameValue({ tag: "" }, {})).toBe(false);
  expect(sameValue(null, [])).toBe(true);
});

const block = {
  attributes: {
    id: { type: "string", computed: true },
    ttl: { type: "number", optional: true },
    ids: { type: ["set", "string"] as const, optional: true },
  },
  block_types: {
    key: {
      nesting_mode: "set" as const,
      block: { attributes: { name: { type: "string" }, alias: { type: "string" } } },
    },
    timeouts: { nesting_mode: "single" as const, block: { attributes: { create: { type: "string" } } } },
  },
};

test("a state keeps the words of the plan where the service means the same", () => {
  const planned = { id: unknown, ttl: 7, ids: ["b", "a"], key: [{ name: "x", alias: null }], timeouts: null };
  const found = { ttl: 7, ids: ["a", "b"], key: [{ name: "x", alias: "" }] };
  expect(stateOf(block, { ...planned, id: "p:l" }, found)).toEqual({ ...planned, id: "p:l" });
});

test("a state takes what the service says otherwise, and nothing in it is unknown", () => {
  const planned = { id: unknown, ttl: 7, ids: null, key: [], timeouts: null };
  expect(stateOf(block, planned, { ttl: 30, ids: ["a"], key: [{ name: "y", alias: "z" }] })).toEqual({
    id: null,
    ttl: 30,
    ids: ["a"],
    key: [{ name: "y", alias: "z" }],
    timeouts: null,
  });
});

test("a state file of another version is made to fit: blocks are [] and not null, strangers go", () => {
  expect(conform(block, { id: "p", key: null, gone: 1 })).toEqual({
    id: "p",
    ttl: null,
    ids: null,
    key: [],
    timeouts: null,
  });
});
