/** What is not the service's answer is none, and what is not whole is asked for again. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { SlsClient, parseProxyAddress, staticCredentials } from "../../sls";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A client whose proxy answers everything by itself. */
async function behind(answer: Answer, use: (client: SlsClient) => Promise<void>, timeoutMs = 10_000): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = new SlsClient({
    endpoint: "http://cn-hangzhou.log.aliyuncs.com",
    credentials: staticCredentials({ accessKeyId: "id", accessKeySecret: "secret" }),
    proxy: {
      http: parseProxyAddress("HTTP_PROXY", `127.0.0.1:${(server.address() as AddressInfo).port}`),
      noProxy: [],
    },
    timeoutMs,
    sleep: async () => undefined,
  });
  try {
    await use(client);
  } finally {
    client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test("a login page with status 200 is no answer of the service", async () => {
  const portal: Answer = (_request, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<html>log in</html>");
  await behind(portal, async (client) => {
    const calls = [
      client.getLogtailConfig("p-1", "c1"),
      client.listMachineGroups("p-1"),
      client.applyConfigToMachineGroup("p-1", "c1", "g1"),
      client.searchLogs("p-1", "ls1", { from: 1, to: 2 }),
    ];
    const message = expect.stringContaining("not from Log Service") as string;
    await Promise.all(calls.map((call) => expect(call).rejects.toMatchObject({ code: "BadResponse", message })));
  });
});

test("a search is asked again until the service has looked at everything", async () => {
  let asked = 0;
  const slow: Answer = (_request, response) => {
    const complete = ++asked === 3;
    const headers = {
      "content-type": "application/json",
      "x-log-requestid": "R",
      "x-log-progress": complete ? "Complete" : "Incomplete",
    };
    response.writeHead(200, headers).end(complete ? '[{"msg":"a"}]' : "[]");
  };
  await behind(slow, async (client) => {
    expect(await client.searchLogs("p-1", "ls1", { from: 1, to: 2 })).toEqual({ complete: true, logs: [{ msg: "a" }] });
    expect(asked).toBe(3);
  });
});

test("who does not answer is waited for once, not four times", async () => {
  let asked = 0;
  await behind(
    () => void asked++,
    async (client) => {
      await expect(client.getProject("p-1")).rejects.toMatchObject({ code: "RequestTimeout" });
      expect(asked).toBe(1);
    },
    3_000,
  );
});

test("a busy service is asked again", async () => {
  let asked = 0;
  const busy: Answer = (_request, response) => {
    const headers = { "content-type": "application/json", "x-log-requestid": "R" };
    if (++asked < 3) response.writeHead(503, headers).end('{"errorCode":"ServerBusy","errorMessage":"busy"}');
    else response.writeHead(200, headers).end('{"projectName":"p-1"}');
  };
  await behind(busy, async (client) => {
    expect(await client.getProject("p-1")).toEqual({ projectName: "p-1" });
  });
});
