import { describe, expect, test } from "vitest";
import { Environment } from "../../constructs";

test("An environment is parsed from its name", () => {
  expect(Environment.parse("dev")).toBe(Environment.DEV);
  expect(Environment.parse("pre-prod")).toBe(Environment.PRE_PROD);
  expect(Environment.parse("prod")).toBe(Environment.PROD);
});

test("Only prod is production", () => {
  expect(Environment.ALL.filter(({ isProduction }) => isProduction).map(String)).toEqual(["prod"]);
});

describe("An unknown environment is an error that names the allowed ones and the nearest", () => {
  const allowed = "environment must be one of dev, pre-prod, prod, got";
  test.each([
    ["prd", `${allowed} "prd"; did you mean "prod"?`],
    ["PROD", `${allowed} "PROD"; did you mean "prod"?`],
    ["production", `${allowed} "production"; did you mean "prod"?`],
    ["develop", `${allowed} "develop"; did you mean "dev"?`],
    ["preprod", `${allowed} "preprod"; did you mean "pre-prod"?`],
    ["pre_prod", `${allowed} "pre_prod"; did you mean "pre-prod"?`],
    ["test", `${allowed} "test"`],
    ["", `${allowed} ""`],
  ])("%j", (given, message) => {
    expect(() => Environment.parse(given)).toThrow(new Error(message));
  });
});
