import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Option } from "../../agent/config/option";
import { liveSettings } from "../../agent/config/live-settings";
import { options } from "../../agent/config/options";
import { exitCodes } from "../../agent/exit-codes";
import { levelOf, type AgentEvent } from "../../agent/status/events";
import { metrics } from "../../agent/status/metrics";
import { sentenceOf } from "../../agent/status/sentences";

const page = readFileSync(join(__dirname, "..", "..", "docs", "agent.md"), "utf8");

/** Rows as they are meant, however the formatter has widened them. */
const rows = (table: string): string[] =>
  table
    .split("\n")
    .filter((row) => row.startsWith("|") && !/^[|\s-]*$/.test(row))
    .map((row) => row.replace(/\s+/g, " ").trim());

function optionTable(): string {
  const row = ({ path, env, flag, doc, fallback, fallbackText }: Option<unknown>): string =>
    `| \`${path}\` | ${env ? `\`${env}\`` : ""} | ${flag ? `\`${flag}\`` : ""} | ${fallbackText ?? String(fallback)} | ${doc} |`;
  return [
    "| in the file | environment | flag | default | what |",
    ...Object.values(options).map((option) => row(option as unknown as Option<unknown>)),
  ].join("\n");
}

it("docs/agent.md lists the settings as they are", () => {
  const [, written = ""] = /<!-- options:.*?-->(.*?)<!-- \/options -->/s.exec(page) ?? [];
  expect(rows(written)).toEqual(rows(optionTable()));
});

it("docs/agent.md lists the metrics as they are", () => {
  const [, written = ""] = /<!-- metrics:.*?-->(.*?)<!-- \/metrics -->/s.exec(page) ?? [];
  const table = metrics.map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help} |`,
  );
  expect(rows(written)).toEqual(rows(["| metric | type | labels | what |", ...table].join("\n")));
});

it("docs/agent.md lists the exit codes as they are, and what SIGHUP changes", () => {
  const codes = [...page.matchAll(/^\| (\d) +\| /gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(exitCodes));
  const [, live = ""] = /takes over (.*?), says which others wait for a start/s.exec(page) ?? [];
  expect(live.match(/`[^`]+`/g)).toEqual(liveSettings.map((name) => `\`${options[name].path}\``));
});

it("docs/agent.md names the events it speaks of as they are", () => {
  const unfit: AgentEvent = { type: "LinesUnfit", reason: "noTag", lines: 1, sample: "x" };
  expect(page).toContain(`\`${unfit.type}\``);
  expect(levelOf(unfit)).toBe("warn");
  expect(sentenceOf(unfit)).toBe(
    '1 line(s) stored whole under "content": they have no tag after the version; one begins "x"',
  );
});
