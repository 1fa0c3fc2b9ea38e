import { describe, expect, test } from "vitest";
import { sendRaw } from "../../support/raw-http";
import { cloud, project, store, post, get, check, shift } from "./cases";

describe("of any request:", () => {
  test("no length, and no chunks", async () => {
    const host = ["Host", `${project}.cn-hangzhou.log.aliyuncs.com`] as const;
    const reply = await sendRaw(cloud.port, {
      method: "POST",
      target: "/logstores",
      headers: [host],
      body: Buffer.alloc(0),
    });
    expect({ status: reply?.status, json: JSON.parse(reply?.text ?? "") as unknown }).toEqual({
      status: 411,
      json: {
        errorCode: "MissingContentLength",
        errorMessage: "Content-Length does not exist in http header when it is necessary.",
      },
    });
  });

  check([
    [
      "no content type",
      { ...post("/logstores", "{}"), change: { "content-type": undefined } },
      400,
      "MissingContentType",
      "Content-Type does not exist in http header when body is not empty.",
    ],
    [
      "no host",
      { ...get("/"), change: { host: undefined } },
      400,
      "MissingHost",
      "Host does not exist in http header.",
    ],
    [
      "no date",
      { ...get("/"), change: { date: undefined } },
      400,
      "MissingDate",
      "Date does not exist in http header.",
    ],
    [
      "a date that is none",
      { ...get("/"), change: { date: "yesterday" } },
      400,
      "InvalidDateFormat",
      "Date yesterday must follow RFC822.",
    ],
    [
      "no API version",
      { ...get("/"), change: { "x-log-apiversion": undefined } },
      400,
      "MissingAPIVersion",
      "x-log-apiversion does not exist in http header.",
    ],
    [
      "another API version",
      { ...get("/"), change: { "x-log-apiversion": "9.9" } },
      400,
      "InvalidAPIVersion",
      "x-log-apiversion 9.9 is unsupported.",
    ],
    [
      "no authorization",
      { ...get("/logstores"), change: { authorization: undefined } },
      400,
      "MissAccessKeyId",
      /access key id/,
    ],
    [
      "no signature method",
      { ...get("/"), change: { "x-log-signaturemethod": undefined } },
      400,
      "MissingSignatureMethod",
      "x-log-signaturemethod does not exist in http header.",
    ],
    [
      "another signature method",
      { ...get("/"), change: { "x-log-signaturemethod": "md5" } },
      400,
      "InvalidSignatureMethod",
      "signature method md5 is not supported.",
    ],
    [
      "a clock that is behind",
      { ...get("/"), date: shift(-16) },
      400,
      "RequestTimeExpired",
      /^Request time .* has been expired while server time is .*\.$/,
    ],
    [
      "a clock that is ahead, v4",
      { ...get("/"), date: shift(16), sign: "v4" },
      400,
      "RequestTimeExpired",
      /has been expired/,
    ],
    ["a wrong secret", { ...get("/"), secret: "wrong" }, 401, "SignatureNotMatch", /^Signature \S+ is not matched\.$/],
    ["a wrong secret, v4", { ...get("/"), secret: "wrong", sign: "v4" }, 401, "SignatureNotMatch", /is not matched/],
    ["an unknown key", { ...get("/"), change: { authorization: "LOG nobody:c2ln" } }, 401, "Unauthorized", /nobody/],
    [
      "a key that is none",
      { ...get("/"), change: { authorization: "LOG no/body:c2ln" } },
      401,
      "InvalidAccessKeyId",
      /access key id/,
    ],
    [
      "a token that nobody gave out",
      { ...get("/"), headers: { "x-acs-security-token": "x" } },
      401,
      "Unauthorized",
      /security token/,
    ],
    ["an unknown path", get("/nonsense"), 405, "InvalidMethod", /^GET \/nonsense: /],
    ["an unknown verb", { method: "PATCH", path: store }, 405, "InvalidMethod", /^PATCH /],
    ["a body that is no JSON", post("/logstores", "{"), 400, "ParameterInvalid", "The body is not valid json string."],
    ["a body that is no object", post("/logstores", "[]"), 400, "PostBodyInvalid", /JSON object/],
    [
      "no such project",
      { ...get("/"), project: "no-such-project" },
      404,
      "ProjectNotExist",
      "The Project does not exist : no-such-project",
    ],
    ["no such logstore", get("/logstores/nope"), 404, "LogStoreNotExist", "logstore nope does not exist"],
  ]);
});
