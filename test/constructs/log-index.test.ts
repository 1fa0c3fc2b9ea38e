import { describe, expect, test } from "vitest";
import { IndexField, LogIndex, LogProject, LogStore, type LogIndexOptions } from "../../constructs";
import { only, synth, type Synthesised } from "../support/synth";

const tokens = " ,'\";=()[]{}?@&<>/:\n\t\r";

function synthIndex(options: LogIndexOptions): Synthesised {
  return synth((stack) => {
    const project = LogProject.fromName(stack, "project", "acme-logs");
    const logstore = LogStore.fromName(stack, "store", project, "web");
    new LogIndex(stack, "index", { ...options, logstore });
  });
}

const fieldsOf = (json: Synthesised) => only(json, "alicloud_log_store_index")["field_search"];

test("An index is full text unless told otherwise, with the console's separators as one text", () => {
  expect(only(synthIndex({}), "alicloud_log_store_index")).toEqual({
    project: "acme-logs",
    logstore: "web",
    max_text_len: 2048,
    full_text: { case_sensitive: false, include_chinese: false, token: tokens },
    field_search: [],
  });
});

test("The syslog preset indexes each stored field as text", () => {
  const fields = fieldsOf(synthIndex({ fields: LogIndex.syslogFields() })) as { name: string; type: string }[];
  expect(fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "hostname text",
    "pri-text text",
    "protocol-version text",
    "app-name text",
    "procid text",
    "msgid text",
    "msg text",
  ]);
});

test("Fields are of a type and may have an alias, separators of their own and no analysis", () => {
  const json = synthIndex({
    fullText: false,
    fields: {
      msg: IndexField.text({ tokens: [" ", ","], caseSensitive: true, includeChinese: true }),
      status: IndexField.long({ alias: "code" }),
      seconds: IndexField.double({ enableAnalytics: false }),
    },
  });
  expect(only(json, "alicloud_log_store_index")["full_text"]).toBeUndefined();
  expect(fieldsOf(json)).toEqual([
    { name: "msg", type: "text", enable_analytics: true, case_sensitive: true, include_chinese: true, token: " ," },
    { name: "status", type: "long", enable_analytics: true, alias: "code" },
    { name: "seconds", type: "double", enable_analytics: false },
  ]);
});

test("Separators that would begin a template of Terraform's stay separators", () => {
  const json = synthIndex({ fullText: { tokens: ["$", "{", "%"] }, fields: {} });
  expect(only(json, "alicloud_log_store_index")["full_text"]).toMatchObject({ token: "$${%" });
});

test("The index is made after its logstore", () => {
  const json = synth((stack) => {
    const project = new LogProject(stack, "project", { projectName: "acme-logs" });
    const logstore = new LogStore(stack, "store", { project, logstoreName: "web" });
    new LogIndex(stack, "index", { logstore });
  });
  expect(only(json, "alicloud_log_store_index")["logstore"]).toBe("${alicloud_log_store.store_16A42F5D.logstore_name}");
});

describe("A wrong index is an error with its remedy", () => {
  test.each<[string, LogIndexOptions, string]>([
    ["too short a text", { maxTextLength: 10 }, "stack/index: maxTextLength must be 64 to 16384 whole bytes, got 10"],
    [
      "separators that are not single characters",
      { fullText: { tokens: ["\r\n"] } },
      'stack/index: fullText: tokens must be single characters, got "\\r\\n"; give its characters one by one',
    ],
    [
      "a separator given twice",
      { fields: { msg: IndexField.text({ tokens: [" ", " "] }) } },
      'stack/index: field msg: tokens must differ, got " " twice',
    ],
    [
      "a field without a name",
      { fields: { "": IndexField.long() } },
      "stack/index: fields has one without a name; write the name that the field is stored under",
    ],
  ])("%s", (_title, options, message) => {
    expect(() => synthIndex(options)).toThrow(new Error(message));
  });

  test("nothing indexed", () => {
    expect(() => synthIndex({ fullText: false })).toThrow(
      "stack/index: nothing is indexed, so no search would find a log; leave fullText on, or give fields",
    );
  });
});

test("A JSON field has members of their own types", () => {
  const request = IndexField.json({ status: IndexField.long({ alias: "code" }), "user.name": IndexField.text() });
  expect(fieldsOf(synthIndex({ fields: { request } }))).toEqual([
    {
      name: "request",
      type: "json",
      enable_analytics: true,
      case_sensitive: false,
      include_chinese: false,
      token: tokens,
      json_keys: [
        { name: "status", type: "long", alias: "code", doc_value: true },
        { name: "user.name", type: "text", doc_value: true },
      ],
    },
  ]);
});

test("There is a preset for rsyslog's lines, and one for access logs", () => {
  const names = (options: LogIndexOptions) => (fieldsOf(synthIndex(options)) as { name: string }[]).map((f) => f.name);
  expect(names(LogIndex.syslog())).toContain("app-name");
  expect(names(LogIndex.accessLog())).toEqual([
    "remote_addr",
    "remote_user",
    "method",
    "path",
    "protocol",
    "referer",
    "user_agent",
    "status",
    "bytes",
    "request_time",
  ]);
});

test.each<[string, LogIndexOptions, string]>([
  [
    "an alias that is taken",
    { fields: { a: IndexField.long({ alias: "b" }), b: IndexField.text() } },
    'field a has the alias "b", which is taken; give it another',
  ],
  [
    "JSON in JSON",
    { fields: { a: IndexField.json({ b: IndexField.json({}) }) } },
    `field a: its member b can't be JSON; name the members inside as "b.…", each with its own type`,
  ],
])("An index has no %s", (_title, options, problem) => {
  expect(() => synthIndex(options)).toThrow(new Error(`stack/index: ${problem}`));
});
