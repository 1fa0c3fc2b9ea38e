import { expect, test } from "vitest";
import { targetOf } from "../../emulator/gateway/hosts";

test.each([
  ["cn-hangzhou.log.aliyuncs.com", { region: "cn-hangzhou" }],
  ["my-app.cn-hangzhou-intranet.log.aliyuncs.com", { region: "cn-hangzhou", project: "my-app" }],
  ["my-app.ap-southeast-1-share.sls.aliyuncs.com:443", { region: "ap-southeast-1", project: "my-app" }],
  ["sls.test", { region: "cn-qingdao" }],
  ["my-app.sls.test", { region: "cn-qingdao", project: "my-app" }],
  // Looks like a region, and is none.
  ["us-shop.sls.test", { region: "cn-qingdao", project: "us-shop" }],
  ["cn-hangzhou.sls.test:8080", { region: "cn-hangzhou" }],
  ["cn-qingdao.sls.test", { region: "cn-qingdao" }],
  ["my-app.cn-hangzhou.sls.test", { region: "cn-hangzhou", project: "my-app" }],
])("%s is Log Service's", (host, wanted) => {
  expect(targetOf(host, "cn-qingdao")).toEqual({ service: "sls", ...wanted });
});

test("a region of one's own naming is one in our zone", () => {
  expect(targetOf("cn-home-1.sls.test", "cn-home-1")).toEqual({ service: "sls", region: "cn-home-1" });
});

test.each(["example.com", "log.aliyuncs.com", "a.b.c.cn-hangzhou.log.aliyuncs.com", "sls.test.example.com"])(
  "%s is not ours",
  (host) => {
    expect(targetOf(host, "cn-qingdao")).toBeUndefined();
  },
);
