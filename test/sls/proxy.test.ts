import { describe, expect, test } from "vitest";
import { parseProxyAddress, proxyFor, proxyFromEnv, uselessExceptions } from "../../sls/client";

const pick = (env: Record<string, string>, url: string): string | undefined => {
  const proxy = proxyFor(proxyFromEnv(env), new URL(url));
  return proxy && `${proxy.scheme} ${proxy.host} ${proxy.port}`;
};
const sls = "https://p1.cn-hangzhou.log.aliyuncs.com/";
const plain = "http://p1.cn-hangzhou.log.aliyuncs.com/";

describe("a proxy from the environment", () => {
  test("ALL_PROXY serves both protocols", () => {
    expect(pick({ ALL_PROXY: "192.168.1.0:9000" }, sls)).toBe("http 192.168.1.0 9000");
    expect(pick({ ALL_PROXY: "192.168.1.0:9000" }, plain)).toBe("http 192.168.1.0 9000");
  });

  test("HTTP_PROXY and HTTPS_PROXY serve one each and come before ALL_PROXY", () => {
    const env = { HTTP_PROXY: "a:1", HTTPS_PROXY: "b:2", ALL_PROXY: "c:3" };
    expect(pick(env, plain)).toBe("http a 1");
    expect(pick(env, sls)).toBe("http b 2");
    expect(pick({ http_proxy: "low:1", ALL_PROXY: "c:3" }, plain)).toBe("http low 1");
    expect(pick({ HTTP_PROXY: "a:1" }, sls)).toBeUndefined();
  });

  test.each(["ALL_PROXY", "HTTPS_PROXY"])("%s is understood in lower case, and upper case comes first", (name) => {
    const low = name.toLowerCase();
    expect(pick({ [low]: "low:1" }, sls)).toBe("http low 1");
    expect(pick({ [low]: "low:1", [name]: "up:1" }, sls)).toBe("http up 1");
    expect(pick({ [low]: "low:1", [name]: " " }, sls)).toBe("http low 1");
  });

  test("NO_PROXY is understood in lower case, and upper case comes first", () => {
    expect(pick({ ALL_PROXY: "a:1", no_proxy: "*" }, sls)).toBeUndefined();
    expect(pick({ ALL_PROXY: "a:1", no_proxy: "*", NO_PROXY: "other" }, sls)).toBe("http a 1");
  });

  test.each([
    ["log.aliyuncs.com", sls, true],
    [".log.aliyuncs.com", sls, true],
    ["p1.cn-hangzhou.log.aliyuncs.com", sls, true],
    [".p1.cn-hangzhou.log.aliyuncs.com", sls, true],
    ["LOG.ALIYUNCS.COM", sls, true],
    ["*", sls, true],
    ["og.aliyuncs.com", sls, false],
    ["*.aliyuncs.com", sls, false],
    ["10.0.0.1, .aliyuncs.com", sls, true],
    ["", sls, false],
    [" , ", sls, false],
    ["10.0.0.1", "http://10.0.0.1:8080/", true],
    ["0.0.1", "http://10.0.0.1/", false],
    ["10.0.0.0/8", "http://10.0.0.1/", false],
    ["::1", "http://[::1]/", true],
    ["[::1]", "http://[::1]/", true],
    ["0:0:0:0:0:0:0:1", "http://[::1]/", true],
    ["[FD00:0::0001]", "http://[fd00::1]:8080/", true],
    ["fd00::/8", "http://[fd00::1]/", false],
    ["[::1]:80", "http://[::1]/", false],
    ["::2", "http://[::1]/", false],
    ["10.0.0.1:8080", "http://10.0.0.1:8080/", false],
    ["aliyuncs.com:443", sls, false],
    ["aliyuncs.com.", sls, true],
    ["aliyuncs.com", "https://p1.cn-hangzhou.log.aliyuncs.com./", true],
    ["\t10.0.0.1 ,\n aliyuncs.com\t", sls, true],
    ["10.0.0.1 aliyuncs.com", sls, false],
    ["a,*", sls, true],
    [".", sls, false],
    ["localhost", "http://localhost/", true],
  ])("NO_PROXY=%s excepts %s: %s", (value, url, excepted) => {
    expect(pick({ ALL_PROXY: "a:1", NO_PROXY: value }, url) === undefined).toBe(excepted);
  });
});

test("entries of NO_PROXY that except nothing are told, each with why", () => {
  const useless = (NO_PROXY: string): unknown => uselessExceptions(proxyFromEnv({ NO_PROXY }));
  expect(useless("*, 10.0.0.1, ::1, [fd00::1], .aliyuncs.com, aliyuncs.com., localhost")).toEqual([]);
  expect(useless("10.0.0.0/8, *.aliyuncs.com, aliyuncs.com:443, [::1]:80, http://a, a b")).toEqual([
    { entry: "10.0.0.0/8", why: "there are no ranges and no paths; write each address" },
    { entry: "*.aliyuncs.com", why: "* stands alone, for everything; a domain stands for all below it, too" },
    { entry: "aliyuncs.com:443", why: "there are no ports and no schemes; write the address or the domain alone" },
    { entry: "[::1]:80", why: "there are no ports and no schemes; write the address or the domain alone" },
    { entry: "http://a", why: "there are no ranges and no paths; write each address" },
    { entry: "a b", why: "entries are separated by commas" },
  ]);
});

describe("the address of a proxy", () => {
  const none = { user: "", password: "" };
  test.each([
    ["proxy.intra", { scheme: "http", host: "proxy.intra", port: 80, ...none }],
    ["http://proxy.intra/", { scheme: "http", host: "proxy.intra", port: 80, ...none }],
    ["https://proxy.intra", { scheme: "https", host: "proxy.intra", port: 80, ...none }],
    ["https://proxy.intra:443", { scheme: "https", host: "proxy.intra", port: 443, ...none }],
    ["socks5://proxy.intra", { scheme: "socks5", host: "proxy.intra", port: 80, ...none }],
    ["HTTP://10.0.0.1:3128", { scheme: "http", host: "10.0.0.1", port: 3128, ...none }],
    ["http://[fd00::1]:3128", { scheme: "http", host: "fd00::1", port: 3128, ...none }],
    ["u:p@h:1", { scheme: "http", host: "h", port: 1, user: "u", password: "p" }],
    ["socks5://u@h:1", { scheme: "socks5", host: "h", port: 1, user: "u", password: "" }],
    ["http://u%40x:p%3A%2f%E4%B8%AD@h:1", { scheme: "http", host: "h", port: 1, user: "u@x", password: "p:/中" }],
    ["http://u:a:b@c/d#e?f%@h:1", { scheme: "http", host: "h", port: 1, user: "u", password: "a:b@c/d#e?f%" }],
    ["http://u:100%ff@h:1", { scheme: "http", host: "h", port: 1, user: "u", password: "100%ff" }],
  ])("%s", (value, address) => {
    expect(parseProxyAddress("HTTPS_PROXY", value)).toEqual(address);
  });

  test.each([
    ["ftp://user:secret@proxy:21", 'scheme "ftp" is not known'],
    ["socks4://user:secret@proxy:21", 'scheme "socks4" is not known'],
    ["http://user:secret@", "no host"],
    ["http://user:secret@proxy:port", "the port must be 1 to 65535"],
    ["http://user:secret@proxy:70000", "the port must be 1 to 65535"],
    ["http://user:secret@pro xy", "not a proxy address"],
  ])("%s is refused, without the password", (value, why) => {
    expect(() => proxyFromEnv({ HTTPS_PROXY: value })).toThrow(
      new Error(
        `HTTPS_PROXY: ${why}; write [http|https|socks5://[user:password@]]host[:port], e.g. http://192.168.1.0:9000`,
      ),
    );
  });
});
