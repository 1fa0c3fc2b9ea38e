/** For the tests of a file: a local cloud with the project and logstore of `withLogstore`, and calls to it as bytes on the wire. */
import { afterAll, beforeAll } from "vitest";
import { testCloud, withLogstore, type TestCloud } from "../../support/local-cloud";
import { rawRequest, type RawReply } from "../../support/raw-request";

type Call = (method: string, path: string, body?: unknown, query?: Record<string, string>) => Promise<RawReply>;

export interface ProjectCalls {
  /** Open while the tests run. */
  readonly cloud: () => TestCloud;
  /** At the project's host. */
  readonly call: Call;
  /** At the account's host. */
  readonly account: Call;
  /** What a GET at the project's host answers. */
  readonly json: (path: string, query?: Record<string, string>) => Promise<Record<string, unknown>>;
}

export function projectCalls(): ProjectCalls {
  let cloud: TestCloud;
  let project: string;
  beforeAll(async () => {
    cloud = await testCloud();
    ({ project } = await withLogstore(cloud));
  });
  afterAll(() => cloud.close());
  const call: Call = (method, path, body, query = {}) => rawRequest(cloud, { method, path, query, body, project });
  return {
    cloud: () => cloud,
    call,
    account: (method, path, body, query = {}) => rawRequest(cloud, { method, path, query, body }),
    json: async (path, query) =>
      JSON.parse((await call("GET", path, undefined, query)).text) as Record<string, unknown>,
  };
}
