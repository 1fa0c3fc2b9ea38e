/** A local cloud for the tests of a file, and for each of them a project of its own with logstore `logs` and machine groups. */
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { LogWriter, SlsClient } from "../../../sls";
import { clientOf, testCloud, writerOf, type TestCloud } from "../../support/local-cloud";

export class DeployBench {
  /** Verb and path of each call of `client`; a test may empty it. */
  calls: string[] = [];
  cloud!: TestCloud;
  client!: SlsClient;
  writer!: LogWriter;
  /** Of the test that runs. */
  project = "";
  private projects = 0;

  /** Opens before the first test of the file and closes after the last. */
  static forFile(projectPrefix: string, groups: readonly string[]): DeployBench {
    const bench = new DeployBench();
    beforeAll(() => bench.open());
    afterAll(() => bench.close());
    beforeEach(() => bench.makeProject(projectPrefix, groups));
    return bench;
  }

  private constructor() {}

  makeGroup(groupName: string): Promise<void> {
    return this.client.createMachineGroup(this.project, {
      groupName,
      groupType: "",
      machineIdentifyType: "userdefined",
      machineList: [groupName],
      groupAttribute: {},
    });
  }

  private async open(): Promise<void> {
    this.cloud = await testCloud();
    this.client = clientOf(this.cloud, { onCall: (verb, path) => this.calls.push(`${verb} ${path}`) });
    this.writer = writerOf(this.cloud);
  }

  private async close(): Promise<void> {
    this.client.close();
    this.writer.close();
    await this.cloud.close();
  }

  private async makeProject(prefix: string, groups: readonly string[]): Promise<void> {
    this.project = `${prefix}-${++this.projects}`;
    await this.client.createProject(this.project, {});
    await this.client.createLogStore(this.project, "logs", { ttl: 30, shardCount: 1 });
    for (const groupName of groups) await this.makeGroup(groupName);
  }
}
