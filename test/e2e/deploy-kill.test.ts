/** The deploy killed without warning, at random moments of its run: the next one completes it, and nothing is doubled. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { markOfTags, ownerTag } from "../../deploy";
import { hashOf } from "../../deploy/canonical";
import type { LogtailConfigBody, SlsClient } from "../../sls";
import { chance } from "../agent/support/chance";
import { clientOf, testCloud, type TestCloud } from "../support/local-cloud";
import { dist } from "../support/tools";

const kills = 20;
const configs = 12;
const groups = ["g1", "g2", "g3"];
const project = "kill-project";
const owner = "kill-dev";
const folder = mkdtempSync(join(tmpdir(), "cdktf-sls-kill-"));
const outputs = join(folder, "outputs.json");
let cloud: TestCloud;
let client: SlsClient;

beforeAll(async () => {
  cloud = await testCloud();
  client = clientOf(cloud);
  await client.createProject(project, {});
  await client.createLogStore(project, "logs", { ttl: 30, shardCount: 1 });
  for (const groupName of groups) {
    await client.createMachineGroup(project, {
      groupName,
      groupType: "",
      machineIdentifyType: "userdefined",
      machineList: [groupName],
      groupAttribute: {},
    });
  }
});
afterAll(async () => {
  client.close();
  await cloud.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Declared {
  readonly config: LogtailConfigBody;
  readonly machineGroups: readonly string[];
}

/** What the code says in one version: other tags, other bindings, and of the configs another one is missing. */
function declared(version: number): Declared[] {
  return Array.from({ length: configs }, (_, i) => i)
    .filter((i) => i !== version % configs)
    .map((i) => ({
      config: {
        configName: `c${i}`,
        inputType: "syslog" as const,
        // Every third one stays as it is.
        inputDetail: { tag: i % 3 === 0 ? "same" : `v${version}`, localStorage: true },
        outputType: "LogService" as const,
        outputDetail: { logstoreName: "logs" },
      },
      machineGroups: [...new Set([groups[i % 3], groups[(i + version) % 3]])] as string[],
    }));
}

function write(version: number): void {
  const logtailConfigs = declared(version).map((one) => ({ project, ...one }));
  const manifest = { version: 1, region: cloud.region, logtailConfigs };
  writeFileSync(outputs, JSON.stringify({ [owner]: { cdktf_sls: manifest } }));
}

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

interface Kill {
  /** The write that it does not see answered; counts from 1. */
  readonly at: number;
  /** Whether that write is done, unless what it says has yet to come. */
  readonly done: boolean;
}

async function deploy(kill?: Kill): Promise<Ended> {
  const program = [dist("cli/main.js"), "deploy", "--outputs-file", outputs, "--prune", "--yes"];
  const env = { ...process.env, ...cloud.env(), NO_COLOR: "1" };
  const child = spawn(process.execPath, program, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => (text += part));
  }
  const { faults } = cloud;
  const choose = faults.on.bind(faults);
  let writes = 0;
  // Where a request is met: whoever only looks now and then finds the deploy over.
  const met = vi.spyOn(faults, "on").mockImplementation((facts) => {
    const effects = choose(facts);
    if (facts.method === "GET" || ++writes !== kill?.at) return effects;
    child.kill("SIGKILL");
    return kill.done ? undefined : effects;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      met.mockRestore();
      resolve({ code, text });
    });
  });
}

async function expectState(version: number): Promise<void> {
  const wanted = declared(version);
  const names = wanted.map(({ config }) => config.configName);
  expect((await client.allLogtailConfigs(project)).sort()).toEqual([...names].sort());
  const tags = await client.listTagged(project, "logtailconfig", ownerTag);
  for (const { config, machineGroups } of wanted) {
    const found = await client.getLogtailConfig(project, config.configName);
    expect(hashOf(found)).toBe(hashOf(config));
    const bound = await client.getAppliedMachineGroups(project, config.configName);
    expect(bound.sort()).toEqual([...machineGroups].sort());
    const mark = markOfTags(tags.get(config.configName));
    expect([mark?.owner, mark?.applied[0], mark?.groups.length]).toEqual([owner, hashOf(config), machineGroups.length]);
  }
}

test(`${kills} times`, { timeout: 600_000 }, async () => {
  // So that a moment lasts.
  cloud.faults.add({ service: "sls", delayMs: [1, 4] });
  const random = chance(5);
  let killed = 0;
  let version = 0;
  for (let round = 0; killed < kills; round++) {
    expect(round).toBeLessThan(3 * kills);
    write(++version);
    const { code } = await deploy({ at: 1 + Math.floor(random() * 30), done: round % 4 < 2 });
    if (code === null) killed++;
    // Every other time the code has gone on in between: what the cut run did is ours all the same.
    if (round % 2 === 1) write(++version);
    const next = await deploy();
    expect(next, next.text).toMatchObject({ code: 0 });
    await expectState(version);
    const again = await deploy();
    expect(again.text).toContain("0 writes sent.");
  }
});
