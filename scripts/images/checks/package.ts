/** The agent's .deb, from one version to the next and to its end, on a machine that logs. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run";
import { machineOf, type World } from "../world";
import { expectSame, type Check } from "./check";
import { expectLines, writeLines } from "./lines";

/** The same package under the next version. Its files stay packed as they are: unpacking and packing takes longer than all else. */
async function nextVersion(world: World): Promise<{ file: string; version: string }> {
  const folder = join(world.work, "next");
  const control = join(folder, "control");
  mkdirSync(control, { recursive: true });
  const members = (await run("ar", ["t", world.agentPackage])).trim().split("\n");
  await run("ar", ["x", world.agentPackage], { cwd: folder });
  const [packed = "", data = ""] = ["control.tar", "data.tar"].map((name) =>
    members.find((one) => one.startsWith(name)),
  );
  await run("tar", ["-xf", join(folder, packed), "-C", control]);
  const text = readFileSync(join(control, "control"), "utf8");
  const version = `${/^Version: (.*)$/m.exec(text)?.[1]}+next`;
  writeFileSync(join(control, "control"), text.replace(/^Version: .*$/m, `Version: ${version}`));
  await run("tar", ["-cf", join(folder, "control.tar"), "--owner=root", "--group=root", "-C", control, "."]);
  const file = `${folder}.deb`;
  await run("ar", ["rc", file, "debian-binary", "control.tar", data], { cwd: folder });
  return { file, version };
}

export const packageLife: Check = {
  name: ".deb: upgrade, remove, purge",
  run: async (world) => {
    const machine = machineOf(world);
    const { file, version } = await nextVersion(world);
    copyFileSync(file, join(world.tree?.path ?? "", "root/next.deb"));
    const pid = await machine.mainPid("logtail.service");
    await world.cloud.local.pause();
    try {
      await writeLines(world, "upgrade", 200);
      await machine.sh("dpkg --install /root/next.deb");
      expectSame("version", await machine.sh("dpkg-query -W -f '${Version}' sls-agent"), version);
      if ((await machine.mainPid("logtail.service")) === pid)
        throw new Error("the old agent still runs after the upgrade");
    } finally {
      await world.cloud.local.resume();
    }
    const text = await expectLines(world, "upgrade", 200);

    await machine.sh("dpkg --remove sls-agent");
    const is = (what: string): Promise<string> => machine.sh(`test -e ${what} && echo there || echo gone`);
    expectSame("after remove", (await machine.sh("systemctl is-active logtail.service || true")).trim(), "inactive");
    expectSame("settings after remove", await is("/etc/ilogtail/sls-agent.json"), "there\n");
    expectSame("state after remove", await is("/var/lib/sls-agent"), "there\n");
    await machine.sh("dpkg --purge sls-agent");
    expectSame("state after purge", await is("/var/lib/sls-agent"), "gone\n");
    expectSame("user-defined id after purge", await is("/etc/ilogtail/user_defined_id"), "there\n");
    await machine.running();
    return `upgrade with unsent lines: ${text}; removed and purged, no unit failed`;
  },
};
