/** What GitLab and its runner refuse, and gitlab-ci-local does not. */
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { dist } from "../support/tools";
import { includedJobs, readTemplate, type Job } from "./gitlab-yaml";

const repository = resolve(__dirname, "../..");
const sample = (): Record<string, Job> => includedJobs(repository, ".gitlab-ci.yml");
const files = [".gitlab-ci.yml", "examples/gitlab/.gitlab-ci.yml"];

interface Artifacts {
  readonly expose_as?: string;
  readonly access?: string;
  readonly expire_in?: string;
  readonly reports?: Readonly<Record<string, unknown>>;
}

const artifactsOf = (job: Job | undefined): Artifacts => (job?.["artifacts"] ?? {}) as Artifacts;

describe.each(files)("%s", (file) => {
  const jobs = (): [string, Job][] => Object.entries(includedJobs(repository, file));

  test("is YAML once the inputs are in its text", () => {
    expect(jobs().length).toBeGreaterThan(4);
  });

  test("each variable has a text, be it empty", () => {
    for (const [name, { variables = {} }] of jobs()) {
      for (const [key, value] of Object.entries(variables as object))
        expect([name, key, typeof value]).toEqual([name, key, "string"]);
    }
  });

  test("each line of a script is a text", () => {
    for (const [name, job] of jobs()) {
      const lines = [job["before_script"] ?? [], job["script"] ?? []].flat();
      for (const line of lines) expect([name, typeof line]).toEqual([name, "string"]);
    }
  });

  // Runner: "only one file can be send as raw", and reports of Terraform are sent so.
  test("a job reports one file of Terraform's at most", () => {
    const reports = jobs().flatMap(([, job]) => artifactsOf(job).reports?.["terraform"] ?? []);
    expect(reports.length).toBeGreaterThan(0);
    for (const [name, job] of jobs()) {
      const report = artifactsOf(job).reports?.["terraform"];
      if (report !== undefined) expect([name, typeof report]).toEqual([name, "string"]);
    }
  });

  test("artifacts are named as GitLab takes it, are for developers, and end", () => {
    for (const [name, job] of jobs()) {
      if (job["artifacts"] === undefined) continue;
      const { expose_as: exposed = "Plan", access, expire_in: until } = artifactsOf(job);
      expect(exposed).toMatch(/^\w[-\w ]{0,99}$/);
      expect([name, access, until]).toEqual([name, "developer", "1 week"]);
    }
  });

  test("what changes the cloud is not interrupted, and one at a time", () => {
    for (const [name, job] of jobs()) {
      const changes = /^(?:deploy|image|destroy):/.test(name);
      expect([name, job["interruptible"] === true]).toEqual([name, !changes && !name.startsWith(".")]);
      if (changes) expect([name, typeof job["resource_group"]]).toEqual([name, "string"]);
    }
  });

  test("a job needs none but those of its pipeline", () => {
    const all = Object.fromEntries(jobs());
    for (const [name, { needs = [], rules }] of jobs()) {
      for (const needed of needs as readonly string[]) {
        const conditions = (some: unknown): unknown => (some as readonly { if: string }[]).map((one) => one.if);
        expect([name, needed in all]).toEqual([name, true]);
        expect(conditions(all[needed]?.["rules"])).toEqual(conditions(rules));
      }
    }
  });
});

test("an input of any shell text reaches the script as it is", () => {
  const jobs = readTemplate(join(repository, "ci/templates/environment.yml"), {
    environment: "dev",
    stack: "orders-dev",
    install: `test -x "it's: a" && echo 'b: #c'`,
  });
  const lines = jobs[".cdktf-sls:dev"]?.["before_script"] as readonly string[];
  expect(lines.at(-1)?.trim()).toBe(`test -x "it's: a" && echo 'b: #c'`);
});

test("only dev can be destroyed", () => {
  const rules = Object.entries(sample()).filter(([name]) => name.startsWith("destroy:"));
  const first = (job: Job): string => (job["rules"] as readonly { if: string }[])[0]?.if ?? "";
  for (const [name, job] of rules)
    expect([name, first(job).startsWith('"" != ""')]).toEqual([name, name !== "destroy:dev"]);
});

test("the sample's images are built with options that `image build` has", () => {
  const [script = ""] = sample()["image:prod:app"]?.["script"] as readonly string[];
  const [, command = ""] = /main\.js image build (.*); fi/.exec(script) ?? [];
  const options = command.match(/--[\w-]+/g) ?? [];
  expect(options).toContain("--manifest");
  const help = execFileSync(process.execPath, [dist("cli/main.js"), "image", "build", "--help"], { encoding: "utf8" });
  for (const option of options) expect(help).toContain(`${option} <`);
});
