/** The steps of the main job, in their order. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { colors as pc } from "../../deploy/colors";
import { parseProxyAddress, SlsClient, slsEndpoint, staticCredentials } from "../../sls";
import { quoted } from "../../cli/local/options";
import { detail, say, step } from "./console";
import { countOf, findAll, logsByProgram } from "./find";
import { startForwarder } from "./forwarder";
import { keep } from "./keep";
import { programs, totalLines } from "./lines";
import { terraformForDemo } from "./opentofu";
import { freePort } from "./ports";
import { livePids, run, start, stopAll, stopTree, type Started } from "./processes";
import { firstLines, verdict } from "./results";
import { bins, jsonLine, localEnv, makeFolders, repository, writeCdktfJson, type Folders } from "./world";

export interface DemoOptions {
  readonly keep: boolean;
  readonly installOpenTofu: boolean;
}

const names = {
  project: "sample-app-log-project-dev",
  logstore: "sample-app-log-store-dev",
  userDefinedId: "logtail-id-dev",
  region: "cn-hangzhou",
};

/** Resolves to whether things were left running. Throws when a line is lost, doubled or changed. */
export async function runDemo(root: string, options: DemoOptions): Promise<boolean> {
  const folders = makeFolders(root);
  const terraform = await terraformForDemo(join(repository, ".cdktf-sls", "cache"), options.installOpenTofu);
  const local = await step("start the local cloud", () => startLocal(folders));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...local.env,
    TERRAFORM_BINARY_NAME: terraform,
    ENV_NAME: "dev",
    CI: "1",
    NO_COLOR: "1",
  };

  await step("synthesise main.ts and deploy it with terraform (cdktf deploy)", () => cdktfDeploy(folders, env));
  await step("deploy the Logtail config, twice (cdktf-sls deploy)", () => deployConfig(folders, env));
  const port = await freePort(11111);
  const agent = await step("start the agent as on a VM", () => startAgent(folders, env, port));
  const written = new Map<string, number>();
  const forwarder = await step(`write ${totalLines} lines from ${programs.length} programs`, async () => {
    const started = await startForwarder(mkdirIn(folders.vm, "rsyslog"), port);
    detail(started.how);
    await started.write((program, n) => written.set(`${program} ${n}`, Date.now()));
    return started;
  });
  const client = clientOf(local.env);
  try {
    await step("search until all of them are found (GetLogs)", async () => {
      const found = await findAll(client, names.project, names.logstore);
      const todo = found.get("todo-list") ?? [];
      const asTyped = await countOf(client, names.project, names.logstore, "app-name=todo-list");
      detail(`app-name: todo-list  ${todo.length} logs;  app-name=todo-list  ${asTyped} logs`);
      say(firstLines(todo, written));
      if (asTyped !== todo.length) throw new Error("the two spellings of the query differ in what they find");
    });
    if (options.keep) {
      say(pc.bold(`\n${verdict(await logsByProgram(client, names.project, names.logstore))}`));
      keep(folders, livePids());
      say(lookAround(folders, forwarder.socket));
      return true;
    }
    const found = await step("stop the agent, and count once more", async () => {
      await stopTree(agent.pid);
      return verdict(await logsByProgram(client, names.project, names.logstore));
    });
    await step("cdktf destroy, and stop everything", async () => {
      const args = ["destroy", "--auto-approve", "--skip-provider-lock"];
      await run(bins.cdktf, args, { cwd: folders.app, env, onLine: showTerraform });
      await stopAll();
    });
    say(pc.bold(`\n${found}`));
    return false;
  } finally {
    client.close();
  }
}

const mkdirIn = (folder: string, name: string): string => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};

interface Local {
  readonly env: Readonly<Record<string, string>>;
}

async function startLocal(folders: Folders): Promise<Local> {
  const logFile = join(folders.logs, "local.log");
  const args = [bins.cdktfSls, "local", "run", "--json", "--state", folders.local];
  const cloud = start(process.execPath, args, { logFile });
  const ready = await jsonLine<{ url: string }>(logFile, cloud, (json) => json["ready"] === true);
  const env = await localEnv(folders.local);
  detail(`${ready.url} stands for Log Service, ECS and the rest; its state is in ${folders.local}`);
  return { env };
}

const showTerraform = (line: string): void => {
  const match = /(alicloud_\w+\.[\w-]+): ((?:Creation|Destruction) complete)/.exec(line);
  if (match) detail(`${match[1]}: ${match[2]}`);
  else if (/Error/.test(line)) detail(line);
};

async function cdktfDeploy(folders: Folders, env: NodeJS.ProcessEnv): Promise<void> {
  writeCdktfJson(folders.app);
  const args = ["deploy", "--auto-approve", "--skip-provider-lock", "--outputs-file", "outputs.json"];
  await run(bins.cdktf, args, { cwd: folders.app, env, onLine: showTerraform });
}

async function deployConfig(folders: Folders, env: NodeJS.ProcessEnv): Promise<void> {
  const args = [bins.cdktfSls, "deploy", "--outputs-file", join(folders.app, "outputs.json")];
  const shown = { cwd: folders.app, env, onLine: (line: string) => detail(line) };
  await run(process.execPath, args, shown);
  detail("again:");
  await run(process.execPath, args, shown);
  const json = await run(process.execPath, [...args, "--json"], { cwd: folders.app, env });
  const { writes } = JSON.parse(json) as { writes: number };
  if (writes !== 0) throw new Error(`a repeated deploy sent ${writes} writes, must send none`);
}

async function startAgent(folders: Folders, env: NodeJS.ProcessEnv, port: number): Promise<Started> {
  const etc = mkdirIn(folders.vm, "ilogtail");
  writeFileSync(join(etc, "user_defined_id"), `${names.userDefinedId}\n`);
  const config = { region: names.region, project: names.project, syslog: { host: "127.0.0.1", port } };
  writeFileSync(join(etc, "sls-agent.json"), JSON.stringify(config, null, 2));
  const logFile = join(folders.logs, "agent.log");
  const args = [bins.agent, "run", "--config-dir", etc, "--data-dir", join(folders.vm, "data")];
  const agent = start(process.execPath, args, { logFile, env });
  await jsonLine(logFile, agent, (json) => json["event"] === "Listening");
  detail(
    `user-defined id ${names.userDefinedId}; it found its config through the API and listens on 127.0.0.1:${port}`,
  );
  return agent;
}

function clientOf(env: Readonly<Record<string, string>>): SlsClient {
  const [id, secret, proxy] = ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "HTTP_PROXY"].map(
    (name) => env[name] ?? "",
  ) as [string, string, string];
  return new SlsClient({
    endpoint: `http://${slsEndpoint(names.region)}`,
    credentials: staticCredentials({ accessKeyId: id, accessKeySecret: secret }),
    proxy: { http: parseProxyAddress("HTTP_PROXY", proxy), noProxy: [] },
  });
}

function lookAround(folders: Folders, socket: string | undefined): string {
  const inside = `npx cdktf-sls local exec --state ${quoted(folders.local)} --`;
  const outputs = `--outputs-file ${quoted(join(folders.app, "outputs.json"))}`;
  const commands = [
    `${inside} npx cdktf-sls search 'app-name: nginx' ${outputs}`,
    `${inside} npx cdktf-sls plan ${outputs}`,
    `npx sls-agent status --data-dir ${quoted(join(folders.vm, "data"))}`,
    ...(socket === undefined ? [] : [`logger --socket ${quoted(socket)} --tag todo-list 'one more line'`]),
    `tail -f ${quoted(join(folders.logs, "agent.log"))}`,
  ];
  const list = commands.map((command) => `  ${command}`).join("\n");
  return `\nLeft running. To look around:\n${list}\nTo stop all of it:\n  npm run demo -- --stop`;
}
