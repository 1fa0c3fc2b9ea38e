/** Each file of golden/: a line (bytes outside ASCII as \xNN), `---`, what it becomes. Most lines are what rsyslog 8.2302 sent. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseStreamLog } from "../../parsers";
import type { LogContent } from "../../sls/model/log";

const golden = join(__dirname, "golden");

const toBytes = (text: string): Buffer =>
  Buffer.from(
    text.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    "latin1",
  );
const toText = (bytes: string | Uint8Array): string =>
  Buffer.from(bytes)
    .toString("latin1")
    .replace(/[^\x20-\x7e]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);

function told(line: Buffer): string {
  const result = parseStreamLog(line);
  if (!result.ok) return [`misfit ${result.problem}`, ...(result.tag ? [`tag ${result.tag}`] : [])].join("\n");
  const { tag, timeNs, ip, contents } = result;
  const time = timeNs === undefined ? result.time : `${result.time} s ${timeNs} ns`;
  const fields = contents.map(([key, value]: LogContent) => `${key} ${toText(value)}`);
  return [`tag ${tag}`, `time ${time}`, `ip ${ip}`, ...fields].join("\n");
}

describe("a line of rsyslog's template", () => {
  for (const name of readdirSync(golden)) {
    it(`is taken apart: ${name.replace(/\.txt$/, "").replaceAll("-", " ")}`, () => {
      const [line = "", expected = ""] = readFileSync(join(golden, name), "utf8").split("\n---\n");
      expect(told(toBytes(line))).toBe(expected.replace(/\n$/, ""));
    });
  }

  it("has exactly the documented fields, in this order", () => {
    const result = parseStreamLog(Buffer.from("0.1 t 1 10.0.0.1 h p 0 a 1 m  x"));
    expect(result.ok && result.contents.map(([key]) => key)).toEqual([
      "hostname",
      "pri-text",
      "protocol-version",
      "app-name",
      "procid",
      "msgid",
      "msg",
    ]);
  });

  it("may have another version where its fields are given", () => {
    const formats = [{ version: "2.1", fields: ["level", "method"] }];
    const line =
      "2.1 streamlog_tag 1455776661 10.101.166.127 ERROR com.x.App.main(App.java:17) connection refused, retry";
    expect(parseStreamLog(Buffer.from(line), formats)).toEqual({
      ok: true,
      version: "2.1",
      tag: "streamlog_tag",
      time: 1455776661,
      ip: "10.101.166.127",
      contents: [
        ["level", Buffer.from("ERROR")],
        ["method", Buffer.from("com.x.App.main(App.java:17)")],
        ["msg", Buffer.from("connection refused, retry")],
      ],
    });
  });
});
