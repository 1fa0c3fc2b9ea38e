import { describe, expect, test } from "vitest";
import { proxyFor, proxyFromEnv } from "../../sls/client";

const pick = (env: Record<string, string>, url: string): string | undefined =>
  proxyFor(proxyFromEnv(env), new URL(url))?.href;
const sls = "https://p1.cn-hangzhou.log.aliyuncs.com/";
const plain = "http://p1.cn-hangzhou.log.aliyuncs.com/";

describe("a proxy from the environment", () => {
  test("ALL_PROXY serves both protocols", () => {
    expect(pick({ ALL_PROXY: "192.168.1.0:9000" }, sls)).toBe("http://192.168.1.0:9000/");
    expect(pick({ ALL_PROXY: "192.168.1.0:9000" }, plain)).toBe("http://192.168.1.0:9000/");
  });

  test("HTTP_PROXY and HTTPS_PROXY serve one each and come before ALL_PROXY", () => {
    const env = { HTTP_PROXY: "a:1", HTTPS_PROXY: "b:2", ALL_PROXY: "c:3" };
    expect(pick(env, plain)).toBe("http://a:1/");
    expect(pick(env, sls)).toBe("http://b:2/");
  });

  test("upper case comes before lower case", () => {
    expect(pick({ https_proxy: "low:1" }, sls)).toBe("http://low:1/");
    expect(pick({ https_proxy: "low:1", HTTPS_PROXY: "up:1" }, sls)).toBe("http://up:1/");
  });

  test("the scheme is http and the port 80 unless said", () => {
    const url = proxyFor(proxyFromEnv({ ALL_PROXY: "proxy.intra" }), new URL(sls));
    expect(url?.protocol).toBe("http:");
    expect(url?.port).toBe("");
    expect(pick({ ALL_PROXY: "socks5://u:p@proxy.intra:1080" }, sls)).toBe("socks5://u:p@proxy.intra:1080");
  });

  test.each([
    ["log.aliyuncs.com", true],
    [".log.aliyuncs.com", true],
    ["p1.cn-hangzhou.log.aliyuncs.com", true],
    ["*", true],
    ["og.aliyuncs.com", false],
    ["10.0.0.1, .aliyuncs.com", true],
    ["", false],
  ])("NO_PROXY=%s excepts the host: %s", (value, excepted) => {
    expect(pick({ ALL_PROXY: "a:1", NO_PROXY: value }, sls) === undefined).toBe(excepted);
  });

  test("a scheme that Logtail does not know is refused, without the password", () => {
    expect(() => proxyFromEnv({ HTTPS_PROXY: "ftp://user:secret@proxy:21" })).toThrow(
      /^HTTPS_PROXY: scheme "ftp" is not known; write \[http\|https\|socks5:\/\/\[user:password@\]\]host\[:port\], e\.g\. http:\/\/192\.168\.1\.0:9000$/,
    );
  });
});
