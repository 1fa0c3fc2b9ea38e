/** curl: the seeds' connectivity check, and web tracking, which needs no signature. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { onPurpose as agentOnPurpose } from "../../scripts/clients/unsupported";
import { cloudPort, cloudUrl, region, report } from "./support/world";

const run = promisify(execFile);

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function curl(...args: string[]): Promise<Answer> {
  report({ call: args.at(-1)?.replace(/^(https?):.*/, "$1") ?? "" });
  const { stdout } = await run("curl", ["-sS", "--max-time", "20", "-w", "\n%{http_code}", ...args]);
  const cut = stdout.lastIndexOf("\n");
  return { status: Number(stdout.slice(cut + 1)), body: stdout.slice(0, cut) };
}

/** No proxy: curl is told where the name is, as a hosts file would. */
const straightTo = (host: string): string[] => ["--noproxy", "*", "--connect-to", `${host}::127.0.0.1:${cloudPort}`];
/** The environment's own HTTP_PROXY or HTTPS_PROXY. */
const throughProxy = (): string[] => [];

/** Through the proxy, whatever the environment excepts from it, and told as a refusal that is meant. */
const onPurpose = ["--proxy", cloudUrl, "--noproxy", "", "--user-agent", agentOnPurpose];

const hosts = {
  "the agent's control plane": `logtail.${region}.log.aliyuncs.com`,
  "a project": `curl-project.${region}.log.aliyuncs.com`,
  "the region's own project": `ali-${region}-sls-admin.${region}.log.aliyuncs.com`,
};

beforeAll(async () => {
  const { stdout } = await run("curl", ["--version"]);
  report({ version: /^curl (\S+)/.exec(stdout)?.[1] ?? "?" });
});

describe.each([
  ["straight", straightTo],
  ["through the proxy port", throughProxy],
])("%s", (_way, way) => {
  describe.each(["http", "https"])("%s", (scheme) => {
    test.each(Object.entries(hosts))("%s answers as the seeds show", async (_what, host) => {
      const { status, body } = await curl(...way(host), `${scheme}://${host}`);
      expect(JSON.parse(body)).toEqual({
        Error: {
          Code: "OLSInvalidMethod",
          Message: "The script name is invalid : /",
          RequestId: expect.stringMatching(/^[0-9A-F]{24}$/) as string,
        },
      });
      expect(status).toBe(405);
    });
  });
});

test("a name that the cloud does not stand for is refused by the proxy port, with those that it serves", async () => {
  const { status, body } = await curl(...onPurpose, "http://example.com/");
  expect(status).toBe(403);
  expect(body).toContain('does not stand for "example.com"; it serves [PROJECT.]REGION');
});

test("one byte too many is no other host: a name below another zone is refused within CONNECT too", async () => {
  await expect(curl(...onPurpose, `https://${region}.log.aliyuncs.com.example.com/`)).rejects.toThrow(/403/);
});
