/** golden/wrong/: the props of a Logtail config that cannot be, `---`, and the whole error. Each is one mistake that people make. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as constructs from "../../constructs";
import { messageOf, synth } from "../support/synth";

const folder = join(__dirname, "golden/wrong");
const cases = readdirSync(folder).map((file) => {
  const [props = "", message = ""] = readFileSync(join(folder, file), "utf8").split("\n---\n");
  return { title: file.replace(".txt", "").replaceAll("-", " "), props, message: message.replace(/\n$/, "") };
});

const evaluate = (props: string): constructs.LogtailConfigOptions => {
  const { LogFormat, LogMask, LogSource, LogTopic, TimeFormat } = constructs;
  const files = LogSource.files({ directory: "/var/log/app", pattern: "*.log" });
  const names = { LogFormat, LogMask, LogSource, LogTopic, TimeFormat, files };
  return new Function(...Object.keys(names), `return { ${props} };`)(
    ...Object.values(names),
  ) as constructs.LogtailConfigOptions;
};

describe("A wrong Logtail config is an error that tells where, what, what is allowed, and what to write instead", () => {
  test.each(cases)("$title", ({ props, message }) => {
    const error = messageOf(() =>
      synth((stack) => {
        const project = constructs.LogProject.fromName(stack, "project", "acme-logs");
        const logstore = constructs.LogStore.fromName(stack, "store", project, "web");
        new constructs.LogtailConfig(stack, "config", { configName: "config", logstore, ...evaluate(props) });
      }),
    );
    expect(error).toBe(message);
  });

  test("there are more than 25 of them", () => {
    expect(cases.length).toBeGreaterThan(25);
  });
});
