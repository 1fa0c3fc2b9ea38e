import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Option } from "../../agent/config/option";
import { options } from "../../agent/config/options";
import { levelOf, type AgentEvent } from "../../agent/status/events";
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

it("docs/agent.md names the events it speaks of as they are", () => {
  const unfit: AgentEvent = { type: "LinesUnfit", reason: "noTag", lines: 1, sample: "x" };
  expect(page).toContain(`\`${unfit.type}\``);
  expect(levelOf(unfit)).toBe("warn");
  expect(sentenceOf(unfit)).toBe(
    '1 line(s) stored whole under "content": they have no tag after the version; one begins "x"',
  );
});
