import { TerraformVariable } from "cdktf";
import { describe, expect, test } from "vitest";
import { Environment, LogNames } from "../../constructs";
import { synth } from "../support/synth";

const shown = ({ project, logstore, machineGroup, logtailConfig, userDefinedId }: LogNames) => ({
  project,
  logstore,
  machineGroup,
  logtailConfig,
  userDefinedId,
});

test("Names are made from app and environment", () => {
  expect(shown(LogNames.of("sample-app", Environment.DEV))).toEqual({
    project: "sample-app-log-project-dev",
    logstore: "sample-app-log-store-dev",
    machineGroup: "sample-app-log-machine-group-dev",
    logtailConfig: "sample-app-logtail-config-dev",
    userDefinedId: "logtail-id-dev",
  });
});

test("Two environments share no name", () => {
  const names = [Environment.DEV, Environment.PRE_PROD].flatMap((one) => Object.values(shown(LogNames.of("a", one))));
  expect(new Set(names).size).toBe(names.length);
});

test("Any name can be given instead", () => {
  const names = LogNames.of("sample-app", Environment.PROD, { project: "acme-logs", userDefinedId: "web" });
  expect(shown(names)).toEqual({
    project: "acme-logs",
    logstore: "sample-app-log-store-prod",
    machineGroup: "sample-app-log-machine-group-prod",
    logtailConfig: "sample-app-logtail-config-prod",
    userDefinedId: "web",
  });
});

test("A name that is unknown until apply is not checked", () => {
  synth((stack) => {
    const variable = new TerraformVariable(stack, "project", { type: "string" });
    const project = variable.stringValue;
    expect(LogNames.of("sample-app", Environment.DEV, { project }).project).toBe(project);
  });
});

describe("An illegal name is an error with its remedy", () => {
  const projectRule =
    "project name must be 3 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit";
  const long = "a-really-long-name-of-an-app-that-somebody-was-proud-of";

  test("an app with other letters", () => {
    expect(() => LogNames.of("Sample_App", Environment.DEV)).toThrow(
      new Error(
        `names of app "Sample_App" in dev: ${projectRule}, got "Sample_App-log-project-dev" (26 characters); ` +
          `try the app "sample-app", or give names.project`,
      ),
    );
  });

  test("an app that is too long for the scheme", () => {
    expect(() => LogNames.of(long, Environment.PRE_PROD)).toThrow(
      new Error(
        `names of app "${long}" in pre-prod: ${projectRule}, got "${long}-log-project-pre-prod" (76 characters); ` +
          `make the app's name 13 characters shorter, or give names.project`,
      ),
    );
  });

  test("no app", () => {
    expect(() => LogNames.of("", Environment.DEV)).toThrow(
      new Error(
        `names of app "" in dev: ${projectRule}, got "-log-project-dev" (16 characters); ` +
          `give the app a name, or give names.project`,
      ),
    );
  });

  test("a name that was given", () => {
    expect(() => LogNames.of("sample-app", Environment.DEV, { project: "Logs of ACME" })).toThrow(
      new Error(
        `names of app "sample-app" in dev: ${projectRule}, got "Logs of ACME" (12 characters); try "logs-of-acme"`,
      ),
    );
  });

  test("a user-defined id with a space", () => {
    expect(() => LogNames.of("sample-app", Environment.DEV, { userDefinedId: "web 1" })).toThrow(
      new Error(
        `names of app "sample-app" in dev: user-defined id must be 1 to 128 characters without spaces, commas or ` +
          `line ends, got "web 1"`,
      ),
    );
  });
});
