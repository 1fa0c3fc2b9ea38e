/** Packer's null source with the real scripts, over ssh, into a machine that runs; and what it is then when that is off. */
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { packageVersion } from "../../cli/version";
import { buildImage } from "../../images/packer";
import type { Collector, ImageManifest } from "../../sls/model/image-manifest";
import { names, proxyUrl } from "./cloud";
import { bakeryWire, type Wire } from "./network";
import { patienceMs, run, until } from "./run";
import { createConnection } from "node:net";
import type { Tree } from "./trees";
import { bootIn, setHostname, type World } from "./world";

export interface Baked {
  readonly packerMs: number;
  readonly manifest: ImageManifest;
}

interface Recipe {
  /** Of the machine. */
  readonly name: string;
  /** Where it is while it is baked. */
  readonly wire: Wire;
  /** @default "agent" */
  readonly collector?: Collector;
  /** Besides those that say where the machine is. */
  readonly variables: Readonly<Record<string, string>>;
  /** Puts into the tree what is there before the build. */
  readonly prepare?: (tree: Tree) => void;
}

/** The image of the world, with the agent. */
export async function bake(world: World, say: (line: string) => void): Promise<Baked> {
  const recipe = { name: `${world.image}-bake`, wire: bakeryWire, variables: { ca_file: world.cloud.local.caFile } };
  const { tree, ...baked } = await bakeTree(world, recipe, say);
  world.baked = tree;
  return baked;
}

export async function bakeTree(
  world: World,
  { name, wire, collector = "agent", variables, prepare }: Recipe,
  say: (line: string) => void,
): Promise<Baked & { readonly tree: Tree }> {
  const tree = await world.base.copy(world.work, name);
  const key = join(world.work, `${name}-key`);
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "boot test", "-f", key]);
  await run("chroot", [tree.path, "ssh-keygen", "-A"]);
  const authorized = join(tree.path, "root/.ssh/authorized_keys");
  mkdirSync(join(tree.path, "root/.ssh"), { recursive: true, mode: 0o700 });
  copyFileSync(`${key}.pub`, authorized);
  setHostname(tree, "bakery");
  prepare?.(tree);
  const machine = await bootIn(world, name, tree, wire);
  await sshAnswers(wire);
  const begin = performance.now();
  const manifest = await buildImage({
    image: world.image,
    env: "dev",
    source: "null",
    region: names.region,
    project: names.project,
    userDefinedId: names.userDefinedId,
    collector,
    ...(collector === "agent" ? { agentPackage: world.agentPackage } : {}),
    toolVersion: packageVersion(),
    manifestFile: join(world.work, `${name}.json`),
    variables: {
      network: "public",
      proxy_url: proxyUrl,
      ssh_host: wire.machineAddress,
      ssh_key_file: key,
      ...variables,
    },
    packerProgram: "packer",
    environment: { PATH: process.env["PATH"], HOME: world.work, TMPDIR: world.work },
    onLine: say,
  });
  const packerMs = performance.now() - begin;
  await machine.powerOff();
  for (const left of ["root/.ssh/authorized_keys", "root/.bash_history", "root/stage"]) {
    if (existsSync(join(tree.path, left))) throw new Error(`the image holds /${left} of who made it`);
  }
  return { packerMs, manifest, tree };
}

/** Its greeting, not only its port. */
const sshAnswers = ({ machineAddress }: Wire): Promise<true> =>
  until(
    "ssh to the machine",
    patienceMs,
    () =>
      new Promise<true | undefined>((resolve) => {
        const socket = createConnection(22, machineAddress);
        const end = (found: true | undefined): void => {
          socket.destroy();
          resolve(found);
        };
        socket.setTimeout(1000, () => end(undefined));
        socket.on("error", () => end(undefined));
        socket.once("data", () => end(true));
      }),
  );
