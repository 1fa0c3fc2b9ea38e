/** What the checks of one image share. */
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { metadataAddress } from "../../emulator/metadata/listener";
import { type TestCloud } from "./cloud";
import { Machine } from "./machine";
import { applySysctl, machineWire } from "./network";
import type { Tree } from "./trees";

export type ImageName = "app" | "certman" | "proxy";
export const imageNames: readonly ImageName[] = ["app", "certman", "proxy"];

export interface World {
  readonly image: ImageName;
  readonly cloud: TestCloud;
  readonly base: Tree;
  /** Folder of the run. */
  readonly work: string;
  readonly cgroup: string;
  readonly agentPackage: string;
  /** What Packer made. */
  baked?: Tree;
  /** The machine that checks use, one after the other. */
  machine?: Machine;
  tree?: Tree;
}

export async function bootIn(world: World, name: string, tree: Tree, wire = machineWire): Promise<Machine> {
  await applySysctl(join(tree.path, "etc/sysctl.d/60-logtail.conf"), wire);
  mkdirSync(join(world.work, "consoles"), { recursive: true });
  const consoleFile = join(world.work, "consoles", `${name}.log`);
  return Machine.boot({ name, tree: tree.path, cgroup: world.cgroup, wire, consoleFile });
}

/** A machine of ECS is told by its hardware, which a container shares with whatever it runs on. */
export function playEcs(tree: Tree): void {
  const folder = join(tree.path, "etc/systemd/system/logtail-first-boot.service.d");
  mkdirSync(folder, { recursive: true });
  const setting = `ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT=http://${metadataAddress}`;
  writeFileSync(join(folder, "90-boot-test.conf"), `[Service]\nEnvironment=${setting}\n`);
  // While the service is out of reach, a stop would wait for it longer.
  appendFileSync(join(tree.path, "etc/ilogtail/sls-agent.env"), "SLS_AGENT_DRAIN_SECONDS=1\n");
}

/** As cloud-init does with what the instance's metadata says. */
export function setHostname(tree: Tree, hostname: string): void {
  writeFileSync(join(tree.path, "etc/hostname"), `${hostname}\n`);
  writeFileSync(join(tree.path, "etc/hosts"), `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n`);
}

export function machineOf(world: World): Machine {
  if (world.machine === undefined) throw new Error("there is no machine: its boot failed");
  return world.machine;
}
