import { describe, expect, test } from "vitest";
import { Environment, LogCollection, LogFormat, LogtailConfig } from "../../constructs";
import { synth, withStore } from "../support/synth";

test("An environment is parsed from its name", () => {
  expect(Environment.parse("dev")).toBe(Environment.DEV);
  expect(Environment.parse("pre-prod")).toBe(Environment.PRE_PROD);
  expect(Environment.parse("prod")).toBe(Environment.PROD);
});

test("Only prod is production", () => {
  expect(Environment.ALL.filter(({ isProduction }) => isProduction).map(String)).toEqual(["prod"]);
});

describe("The deploy step is told of a stack's environment", () => {
  const environmentOf = (json: ReturnType<typeof synth>): unknown =>
    (json.output?.["cdktf_sls"]?.value as { environment?: string }).environment;

  test("by its collections; the most guarded one counts", () => {
    const build = (...names: readonly string[]) =>
      environmentOf(
        synth((stack) => {
          for (const name of names) {
            new LogCollection(stack, name, { app: "shop", environment: Environment.parse(name) });
          }
        }),
      );
    expect(build("dev")).toBe("dev");
    expect(build("dev", "prod", "pre-prod")).toBe("prod");
  });

  test("by itself, or not at all", () => {
    const build = (environment?: Environment) =>
      environmentOf(
        withStore((stack, logstore) => {
          environment?.applyTo(stack);
          const format = LogFormat.syslog();
          new LogtailConfig(stack, "config", { configName: "config", logstore, format, allowUnbound: true });
        }),
      );
    expect(build(Environment.PRE_PROD)).toBe("pre-prod");
    expect(build()).toBeUndefined();
  });

  test("by an imported collection to which it adds", () => {
    const json = synth((stack) => {
      const shop = LogCollection.fromName(stack, "shop", { app: "shop", environment: Environment.PROD });
      const { logstore, machineGroup } = shop;
      const format = LogFormat.syslog();
      new LogtailConfig(stack, "config", { configName: "more", logstore, format, machineGroups: [machineGroup] });
    });
    expect(environmentOf(json)).toBe("prod");
  });
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
