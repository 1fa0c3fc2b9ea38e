/** Packer's null source with the real scripts, over ssh, into a machine that runs; and what it is then when that is off. */
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { names, proxyUrl } from "./cloud";
import { machineAddress } from "./network";
import { run, until } from "./run";
import { createConnection } from "node:net";
import { bootIn, setHostname, type World } from "./world";

export const imagesFolder = resolve(__dirname, "../../images");

export interface Baked {
  readonly packerMs: number;
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
  const machine = await bootIn(world, `${world.image}-bake`, tree);
  await sshAnswers();
  const given = {
    user_defined_id: names.userDefinedId,
    region: names.region,
    network: "public",
    project: names.project,
    agent_package: world.agentPackage,
    proxy_url: proxyUrl,
    ca_file: world.cloud.local.caFile,
    ssh_host: machineAddress,
    ssh_key_file: key,
    manifest: join(world.work, `${world.image}-manifest.json`),
  };
  const vars = Object.entries(given).flatMap(([name, value]) => ["-var", `${name}=${value}`]);
  const begin = performance.now();
  await run("packer", ["build", "-color=false", "-only=null.ci", ...vars, "."], {
    cwd: join(imagesFolder, world.image),
    env: { PATH: process.env["PATH"], HOME: world.work, TMPDIR: world.work, CHECKPOINT_DISABLE: "1" },
    onLine: say,
  });
  const packerMs = performance.now() - begin;
  await machine.powerOff();
  // Whoever made the image shall not be let into its machines.
  rmSync(authorized);
  world.baked = tree;
  return { packerMs };
}

/** Its greeting, not only its port. */
const sshAnswers = (): Promise<true> =>
  until(
    "ssh to the machine",
    20_000,
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
