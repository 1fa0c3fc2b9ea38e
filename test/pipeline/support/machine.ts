/** A machine of an environment: the real agent with the environment's user-defined id, and an app that logs a line once the agent listens. */
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { start } from "../../../scripts/demo/processes";
import { bins } from "../../../scripts/demo/world";
import type { Stage } from "./stage";

function appears(folder: string, file: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, () => look());
    const look = (): void => {
      if (!existsSync(join(folder, file))) return;
      watcher.close();
      resolve();
    };
    look();
  });
}

/** Line of rsyslog's template, as the seeds' machines forward it. */
const line = (message: string): string =>
  `0.1 sys_tag ${Math.floor(Date.now() / 1000)} 127.0.0.1 web-1 user.info 1 todo-list 42 - ${message}\n`;

/** Resolves at once; the line is written when the agent has found its config, which may be long after. */
export function startMachine({ folder, env }: Stage, environment: string): void {
  const vm = join(folder, `vm-${environment}`);
  mkdirSync(join(vm, "etc"), { recursive: true });
  writeFileSync(join(vm, "etc/user_defined_id"), `logtail-id-${environment}\n`);
  const project = `sample-app-log-project-${environment}`;
  const settings = { region: "cn-hangzhou", project, syslog: { host: "127.0.0.1", port: 0 } };
  writeFileSync(join(vm, "etc/sls-agent.json"), JSON.stringify(settings));
  const paths = ["--config-dir", join(vm, "etc"), "--data-dir", join(vm, "data")];
  start(process.execPath, [bins.agent, "run", ...paths, "--ready-file", join(vm, "ready")], {
    env,
    logFile: join(folder, `agent-${environment}.log`),
  });
  void appears(vm, "ready").then(() => {
    const { port } = JSON.parse(readFileSync(join(vm, "ready"), "utf8")) as { port: number };
    connect(port, "127.0.0.1").end(line("the app has started"));
  });
}
