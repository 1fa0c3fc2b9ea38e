/** Packer's null source with the real scripts, over ssh, into a machine that runs; and what it is then when that is off. */
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { packageVersion } from "../../cli/version";
import { buildImage } from "../../images/packer";
import type { ImageManifest } from "../../sls/model/image-manifest";
import { names, proxyUrl } from "./cloud";
import { bakeryWire } from "./network";
import { run, until } from "./run";
import { createConnection } from "node:net";
import { bootIn, setHostname, type World } from "./world";

export interface Baked {
  readonly packerMs: number;
  readonly manifest: ImageManifest;
}

export async function bake(world: World, say: (line: string) => void): Promise<Baked> {
  const tree = await world.base.copy(world.work, `${world.image}-bake`);
  const key = join(world.work, `${world.image}-key`);
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "boot test", "-f", key]);
  await run("chroot", [tree.path, "ssh-keygen", "-A"]);
  const authorized = join(tree.path, "root/.ssh/authorized_keys");
  mkdirSync(join(tree.path, "root/.ssh"), { recursive: true, mode: 0o700 });
  copyFileSync(`${key}.pub`, authorized);
  setHostname(tree, "bakery");
  const machine = await bootIn(world, `${world.image}-bake`, tree, bakeryWire);
  await sshAnswers();
  const begin = performance.now();
  const manifest = await buildImage({
    image: world.image,
    env: "dev",
    source: "null",
    region: names.region,
    project: names.project,
    userDefinedId: names.userDefinedId,
    agentPackage: world.agentPackage,
    toolVersion: packageVersion(),
    manifestFile: join(world.work, `${world.image}.json`),
    variables: {
      network: "public",
      proxy_url: proxyUrl,
      ca_file: world.cloud.local.caFile,
      ssh_host: bakeryWire.machineAddress,
      ssh_key_file: key,
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
  world.baked = tree;
  return { packerMs, manifest };
}

/** Its greeting, not only its port. */
const sshAnswers = (): Promise<true> =>
  until(
    "ssh to the machine",
    20_000,
    () =>
      new Promise<true | undefined>((resolve) => {
        const socket = createConnection(22, bakeryWire.machineAddress);
        const end = (found: true | undefined): void => {
          socket.destroy();
          resolve(found);
        };
        socket.setTimeout(1000, () => end(undefined));
        socket.on("error", () => end(undefined));
        socket.once("data", () => end(true));
      }),
  );
