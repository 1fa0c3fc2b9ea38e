/** `cdktf-sls local`: a process of its own that is started, asked, used and stopped. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { isAlive } from "../../emulator/other-process";
import { start } from "../../scripts/demo/processes";
import { dist } from "../support/tools";

const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-local-"));
const state = join(folder, "state");

async function local(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const child = start(process.execPath, [dist("cli/main.js"), "local", ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", CDKTF_SLS_LOCAL_STATE: state },
    onLine: (line) => lines.push(line),
  });
  return { code: await child.exited, text: lines.join("\n") };
}

/** A program that sends one request through the proxy of its environment. */
const askFor = (url: string): string =>
  `const proxy = new URL(process.env.HTTP_PROXY);` +
  `require("http").get({ host: proxy.hostname, port: proxy.port, path: "${url}", headers: { host: new URL("${url}").host } }, (r) => r.resume());`;

describe("the local cloud in the background", () => {
  afterAll(async () => {
    await local("stop");
    rmSync(folder, { recursive: true, force: true });
  });

  test("is not running at first: status says so and exits 3, env exits 1", async () => {
    expect(await local("status")).toEqual({ code: 3, text: "not running; start it with: npx cdktf-sls local start" });
    expect(await local("env")).toMatchObject({
      code: 1,
      text: "error: no local cloud is running; start it with: npx cdktf-sls local start",
    });
  });

  test("says which port is in use", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
    );
    const { code, text } = await local("start", "--port", String(port));
    expect({ code, text }).toEqual({
      code: 1,
      text: `error: port ${port} is in use on 127.0.0.1; choose another with --port, or --port 0 for any`,
    });
    const metadata = await local("start", "--metadata-port", String(port));
    expect(metadata.text).toContain(`port ${port} is in use on 127.0.0.1; choose another with --metadata-port`);
    await new Promise((resolve) => server.close(resolve));
  });

  test("serves instance metadata on a port of its own when asked to, and says where", async () => {
    const own = ["--state", join(folder, "with-metadata")];
    expect((await local("start", ...own, "--metadata-port", "0")).text).toMatch(
      /metadata at http:\/\/127\.0\.0\.1:\d+/,
    );
    const { metadataUrl } = JSON.parse((await local("status", ...own, "--json")).text) as { metadataUrl: string };
    const reply = await fetch(`${metadataUrl}/latest/meta-data/region-id`);
    expect(await reply.text()).toBe("cn-hangzhou");
    expect((await local("start", ...own, "--metadata-port", "1")).code).toBe(1);
    expect((await local("stop", ...own)).text).toBe("stopped");
  });

  test("is started by exec where it does not run, gives the command its environment, and returns its exit code", async () => {
    const script =
      "console.log(process.env.HTTPS_PROXY, process.env.TF_CLI_CONFIG_FILE !== undefined); process.exit(7)";
    const { code, text } = await local("exec", "--", process.execPath, "-e", script);
    expect(code).toBe(7);
    expect(text).toMatch(/^local cloud started at (\S+) \(pid \d+\); it keeps running/m);
    const url = /started at (\S+)/.exec(text)?.[1] ?? "?";
    expect(text).toContain(`${url} true`);
  });

  test("is found again: status, start and env", async () => {
    const status = JSON.parse((await local("status", "--json")).text) as { pid: number; url: string };
    expect(isAlive(status.pid)).toBe(true);
    expect((await local("start")).text).toContain(`already running: ${status.url}`);
    expect((await local("env")).text).toContain(`export HTTPS_PROXY=${status.url}`);
    const env = JSON.parse((await local("env", "--json")).text) as Record<string, string>;
    expect(Object.keys(env)).toEqual(expect.arrayContaining(["SSL_CERT_FILE", "ALICLOUD_ACCESS_KEY", "NO_PROXY"]));
  });

  test("tells what came, and what was answered", async () => {
    const search = [dist("cli/main.js"), "search", "--project", "no-such-project", "--logstore", "none"];
    await local("exec", "--", process.execPath, ...search);
    const { code, text } = await local("log");
    expect(code).toBe(0);
    expect(text).toMatch(
      /404 ProjectNotExist {2}GetLogStoreLogs {2}no-such-project {2}GET no-such-project\.cn-hangzhou/,
    );
    const entries = (await local("log", "--json")).text.split("\n").map((line) => JSON.parse(line) as object);
    expect(entries.at(-1)).toMatchObject({ operation: "GetLogStoreLogs", status: 404, errorCode: "ProjectNotExist" });
  });

  test("makes things go wrong on demand, tells so, and stops", async () => {
    const rule = ["--operation", "Get*", "--error", "503 ServerBusy try later", "--delay", "1ms..2ms", "--times", "9"];
    expect((await local("fault", "add", ...rule)).text).toBe("f1 added");
    const search = [dist("cli/main.js"), "search", "--project", "no-such-project", "--logstore", "none"];
    const failed = await local("exec", "--", process.execPath, ...search);
    expect(failed).toMatchObject({ code: 1, text: expect.stringContaining("ServerBusy") as string });
    expect((await local("fault", "list")).text).toMatch(
      /^f1 {2}\d of \d {2}\{"operation":"Get\*","times":9,"delayMs":\[1,2\],/,
    );
    expect((await local("log")).text).toMatch(
      /503 ServerBusy {2}GetLogStoreLogs .* fault: f1 delay \d ms, error ServerBusy/,
    );
    expect((await local("status")).text).toContain(", 1 fault rules in force");
    expect(await local("fault", "clear", "f7")).toMatchObject({ code: 1, text: "error: there is no fault f7" });
    expect((await local("fault", "clear")).text).toBe("cleared");
    expect((await local("fault", "list")).text).toBe("no faults");
    expect((await local("fault", "add", "--delay", "soon")).text).toBe(
      'error: --delay must be a time such as 250ms, 1.5s, 20m or 1h, got "soon"',
    );
  });

  test("tells what was asked for in vain", async () => {
    await local("exec", "--", process.execPath, "-e", askFor("http://example.com/nothing"));
    const entries = (await local("log", "--unsupported", "--json")).text.split("\n");
    expect(entries.map((line) => JSON.parse(line) as object)).toMatchObject([{ host: "example.com", status: 403 }]);
  });

  test("refuses what would be ignored: another port or region while one runs", async () => {
    const { code, text } = await local("start", "--region", "cn-beijing");
    expect(code).toBe(1);
    expect(text).toContain("runs already, at http://127.0.0.1:");
    expect((await local("start", "--port", "99999")).text).toBe('error: --port must be 0 to 65535, got "99999"');
    expect((await local("start", "--quotas", "-1")).text).toBe(
      'error: --quotas must be off, real, or a share of the real ones above 0, got "-1"',
    );
  });

  test("three that are started at once are one", async () => {
    const other = join(folder, "at-once");
    const started = await Promise.all([1, 2, 3].map(() => local("start", "--state", other, "--json")));
    const pids = started.map(({ text }) => (JSON.parse(text) as { pid: number }).pid);
    expect(new Set(pids).size).toBe(1);
    await local("stop", "--state", other);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test("one that hangs is ended by stop", async () => {
    const other = join(folder, "hung");
    const { pid } = JSON.parse((await local("start", "--state", other, "--json")).text) as { pid: number };
    process.kill(pid, "SIGSTOP");
    expect(await local("stop", "--state", other)).toEqual({ code: 0, text: "stopped" });
    expect(isAlive(pid)).toBe(false);
  });

  test("a command that is not there exits 1 and is named", async () => {
    expect(await local("exec", "--", "no-such-command")).toEqual({
      code: 1,
      text: "error: no-such-command: command not found",
    });
  });

  test("is stopped, and stopping twice is no error", async () => {
    const { pid } = JSON.parse((await local("status", "--json")).text) as { pid: number };
    expect(await local("stop")).toEqual({ code: 0, text: "stopped" });
    expect(isAlive(pid)).toBe(false);
    expect(await local("stop")).toEqual({ code: 0, text: "it was not running" });
  });
});
