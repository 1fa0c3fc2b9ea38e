/** Vectors of the service's signatures, computed by the Python and Go SDKs (id testAK, secret testSK). */
import { describe, expect, test } from "vitest";
import {
  canonicalRequestV4,
  contentMd5,
  contentSha256,
  parseAuthorizationV4,
  signatureV1,
  signatureV4,
  signingKeyV4,
  signV1,
  signV4,
  splitTarget,
  stringToSignV1,
} from "../../sls/wire";
import { createHash } from "node:crypto";

const date = "Tue, 14 Nov 2023 22:13:20 GMT";
const moment = new Date("2023-11-14T22:13:20Z");
const credentials = { accessKeyId: "testAK", accessKeySecret: "testSK" };
const body = Buffer.from(
  "0a180880e2cfaa0612100a076d657373616765120568656c6c6f1a077379735f746167220831302e302e302e35",
  "hex",
);

const put = {
  method: "POST",
  path: "/logstores/ls1/shards/lb",
  query: {},
  headers: {
    "content-md5": contentMd5(body),
    "content-type": "application/x-protobuf",
    date,
    "x-log-apiversion": "0.6.0",
    "x-log-bodyrawsize": "45",
    "x-log-signaturemethod": "hmac-sha1",
  },
};

describe("signature v1", () => {
  test("the string to sign has the documented lines", () => {
    expect(stringToSignV1(put)).toBe(
      "POST\n879E2A25B81E495836C07A2F6E386DF0\napplication/x-protobuf\nTue, 14 Nov 2023 22:13:20 GMT\n" +
        "x-log-apiversion:0.6.0\nx-log-bodyrawsize:45\nx-log-signaturemethod:hmac-sha1\n/logstores/ls1/shards/lb",
    );
  });

  test("HMAC-SHA1 and HMAC-SHA256 of a PutLogs", () => {
    expect(signatureV1(put, "testSK", "hmac-sha1")).toBe("Ype2iwvy7hZEpFRdbtdo8qnKJTo=");
    const sha256 = { ...put, headers: { ...put.headers, "x-log-signaturemethod": "hmac-sha256" } };
    expect(signatureV1(sha256, "testSK", "hmac-sha256")).toBe("3OkZ+s0XEgbi90KhwidFQxDxucHUTlLskAGGZ0CuVSE=");
  });

  test("query values are signed decoded, with an STS token", () => {
    const get = (target: string) => ({
      method: "GET",
      ...splitTarget(target),
      headers: {
        date,
        "x-acs-security-token": "STS.tok",
        "x-log-apiversion": "0.6.0",
        "x-log-bodyrawsize": "0",
        "x-log-signaturemethod": "hmac-sha1",
      },
    });
    const target = "/logstores?offset=0&size=100&logstoreName=a+b%2Fc";
    expect(signatureV1(get(target), "testSK", "hmac-sha1")).toBe("I9zdhjxxFJu+cxRWM6tfMCHvHZQ=");
    expect(signatureV1(get(`${target}&mode=`), "testSK", "hmac-sha1")).toBe("QzSzZCLCoK793/+qhnxxhmMiDWM=");
  });

  test("x-log-date stands in for Date and is not signed, x-log-meta-* is not signed", () => {
    const { date: _, ...headers } = put.headers;
    const withLogDate = { ...put, headers: { ...headers, "x-log-date": date, "x-log-meta-a": "b" } };
    expect(stringToSignV1(withLogDate)).toBe(stringToSignV1(put));
  });

  test("a bare ? at the end adds nothing", () => {
    expect(splitTarget("/logstores?")).toEqual({ path: "/logstores", query: {} });
  });

  test("signV1 completes the headers to the same signature", () => {
    const headers = signV1(
      { method: "POST", path: put.path, query: {}, headers: { "content-type": "application/x-protobuf" }, body },
      credentials,
      { date: moment, algorithm: "hmac-sha1" },
    );
    expect(headers["authorization"]).toBe("LOG testAK:Ype2iwvy7hZEpFRdbtdo8qnKJTo=");
  });
});

describe("signature v4", () => {
  const scope = { day: "20231114", region: "cn-hangzhou" };
  const host = "p1.cn-hangzhou.log.aliyuncs.com";
  const request = {
    method: "POST",
    path: put.path,
    query: {},
    headers: {
      "content-type": "application/x-protobuf",
      host,
      "x-log-apiversion": "0.6.0",
      "x-log-bodyrawsize": "45",
      "x-log-content-sha256": contentSha256(body),
      "x-log-date": "20231114T221320Z",
    },
  };

  test("every step of a PutLogs", () => {
    expect(contentSha256(body)).toBe("d860419278a4ad5f9941db2f3ad3b6c79ca38935e423fcc454c577973f9974a2");
    const canonical = canonicalRequestV4(request, contentSha256(body));
    expect(createHash("sha256").update(canonical).digest("hex")).toBe(
      "59d72c58bf4d1c45625e30f4390c18ed10e665164ceba75361d65e2d4688a6f5",
    );
    expect(signingKeyV4("testSK", scope).toString("hex")).toBe(
      "d4cf84f50a7b10a431b42b1b5a7354c2be33cf6426351546e591979877a74571",
    );
    expect(signatureV4(request, "testSK", scope)).toBe(
      "f867f27031d36372f4ea16b189150ba9b834fa9df659a713305ae24c66790ca6",
    );
  });

  test("query values are signed escaped, an empty one without =", () => {
    const get = {
      method: "GET",
      path: "/logstores",
      query: { offset: "0", size: "100", logstoreName: "a b/c", mode: "" },
      headers: {
        host,
        "x-acs-security-token": "STS.tok",
        "x-log-apiversion": "0.6.0",
        "x-log-bodyrawsize": "0",
        "x-log-content-sha256": contentSha256(),
        "x-log-date": "20231114T221320Z",
      },
    };
    expect(canonicalRequestV4(get, contentSha256()).split("\n")[2]).toBe(
      "logstoreName=a%20b%2Fc&mode&offset=0&size=100",
    );
    expect(signatureV4(get, "testSK", scope)).toBe("9fe94f02a13f5cd342041ff2554078f4eb6491e04809c8aafbcff817bb1af832");
  });

  test("signV4 completes the headers, and parseAuthorizationV4 takes them apart", () => {
    const headers = signV4(
      { method: "POST", path: put.path, query: {}, headers: { "content-type": "application/x-protobuf", host }, body },
      credentials,
      { date: moment, region: "cn-hangzhou" },
    );
    expect(parseAuthorizationV4(headers["authorization"] ?? "")).toEqual({
      accessKeyId: "testAK",
      scope,
      signature: "f867f27031d36372f4ea16b189150ba9b834fa9df659a713305ae24c66790ca6",
    });
  });
});
