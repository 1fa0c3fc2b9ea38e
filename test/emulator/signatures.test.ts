/** Who may ask: right and wrong signatures, and clocks. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { staticCredentials } from "../../sls";
import { clientOf, writerOf, testCloud, type TestCloud } from "../support/local-cloud";

let cloud: TestCloud;
let store: { project: string; logstore: string };
const now = new Date("2026-11-21T12:00:00Z");
beforeAll(async () => {
  cloud = await testCloud({ now: () => new Date(now) });
});
afterAll(() => cloud.close());

const ask = async (options: Parameters<typeof clientOf>[1]): Promise<unknown> => {
  const client = clientOf(cloud, { now: () => now, ...options });
  return client.listLogStore("p1").finally(() => client.close());
};

test("a right signature is let through", async () => {
  await expect(ask({})).rejects.toMatchObject({ code: "ProjectNotExist", httpStatus: 404 });
});

test("a wrong secret is SignatureNotMatch, and our client says what to do", async () => {
  const credentials = staticCredentials({ ...cloud.credentials, accessKeySecret: "wrong" });
  await expect(ask({ credentials })).rejects.toMatchObject({
    code: "SignatureNotMatch",
    httpStatus: 401,
    message: expect.stringContaining("the access key secret does not belong to this access key id") as string,
  });
});

test("an unknown key is Unauthorized", async () => {
  const credentials = staticCredentials({ accessKeyId: "nobody", accessKeySecret: "x" });
  await expect(ask({ credentials })).rejects.toMatchObject({ code: "Unauthorized", httpStatus: 401 });
});

test("a token that was not given out is Unauthorized", async () => {
  const credentials = staticCredentials({ ...cloud.credentials, securityToken: "made-up" });
  await expect(ask({ credentials })).rejects.toMatchObject({ code: "Unauthorized" });
});

test.each([16, -16])("a clock %d minutes off is RequestTimeExpired", async (minutes) => {
  const then = new Date(now.getTime() + minutes * 60_000);
  await expect(ask({ now: () => then })).rejects.toMatchObject({ code: "RequestTimeExpired", httpStatus: 400 });
});

test("a clock 14 minutes off is none", async () => {
  const then = new Date(now.getTime() + 14 * 60_000);
  await expect(ask({ now: () => then })).rejects.toMatchObject({ code: "ProjectNotExist" });
});

test.each(["v1", "v4"] as const)("PutLogs signed %s is taken, and refused with a wrong secret", async (signature) => {
  const client = clientOf(cloud, { now: () => now });
  if (signature === "v1") store = await withLogstoreAt(client);
  client.close();
  const write = (accessKeySecret: string): Promise<unknown> => {
    const writer = writerOf(cloud, {
      credentials: staticCredentials({ ...cloud.credentials, accessKeySecret }),
      signature,
      now: () => now,
    });
    const group = { logs: [{ time: now.getTime() / 1000, contents: [["a", "b"]] as const }] };
    return writer.putLogs(store.project, store.logstore, group).finally(() => writer.close());
  };
  await expect(write(cloud.credentials.accessKeySecret)).resolves.toMatchObject({ rawBytes: 16 });
  await expect(write("wrong")).rejects.toMatchObject({ code: "SignatureNotMatch" });
});

async function withLogstoreAt(client: ReturnType<typeof clientOf>): Promise<{ project: string; logstore: string }> {
  await client.createProject("p-sign", {});
  await client.createLogStore("p-sign", "ls-sign", { ttl: 1, shardCount: 1 });
  return { project: "p-sign", logstore: "ls-sign" };
}
