/** A CDKTF app that declares what a project holds, and imports it into Terraform's state. Pure: contents in, source text out. */
import { isPipeline, logstoreOf } from "../../sls/model/config-form";
import { pipelineProblems } from "../../sls/model/logtail-pipeline";
import type { MachineGroupBody } from "../../sls/model/machine-group";
import { Code, Identifiers, literal } from "./code";
import { configProps } from "./config-code";
import { indexCode, type IndexCode } from "./index-code";
import { logstoreCode } from "./logstore-code";
import type { ProjectContents } from "./read-project";

export interface AppOptions {
  readonly region: string;
  /** @default the project's name */
  readonly stack?: string;
}

export interface WrittenApp {
  readonly text: string;
  /** What is not declared, with the reason. */
  readonly leftOut: readonly string[];
}

export function writeTypeScript(
  contents: ProjectContents,
  { region, stack = contents.project }: AppOptions,
): WrittenApp {
  const { project } = contents;
  const names = new Identifiers();
  const leftOut = [...contents.leftOut];
  const body: string[] = [];
  const used = new Set(["LogProject"]);
  const add = (...lines: string[]): void => void body.push("", ...lines);

  body.push(`const project = new LogProject(stack, "project", ${literal(projectProps(contents))});`);
  body.push(`imported(project, ${literal(project)});`);
  for (const [attribute, value] of Object.entries(projectOverrides(contents))) {
    body.push(`resource(project).addOverride(${literal(attribute)}, ${literal(value)});`);
  }

  const stores = new Map<string, string>();
  let raw = false;
  for (const { body: store, index } of contents.logstores) {
    const name = names.of(store.logstoreName, "logstore");
    stores.set(store.logstoreName, name);
    used.add("LogStore");
    const { props, overrides, retention } = logstoreCode(store);
    if (retention) used.add("Retention");
    add(`const ${name} = new LogStore(stack, ${literal(`logstore-${store.logstoreName}`)}, ${literal(props)});`);
    body.push(`imported(${name}, ${literal(`${project}:${store.logstoreName}`)});`);
    for (const [attribute, value] of Object.entries(overrides)) {
      body.push(`resource(${name}).addOverride(${literal(attribute)}, ${literal(value)});`);
    }
    if (index === undefined) continue;
    const code = indexCode(index, name);
    raw ||= code.construct === "LogStoreIndex";
    for (const one of code.uses) used.add(one);
    body.push(...indexLines(code, store.logstoreName, project));
  }

  const groups = new Map<string, string>();
  for (const group of contents.machineGroups) {
    const name = names.of(group.groupName, "group");
    groups.set(group.groupName, name);
    used.add("MachineGroup");
    add(...groupLines(group, name, project, leftOut));
  }

  for (const found of contents.configs) {
    const name = found.config.configName;
    const logstore = stores.get(logstoreOf(found.config));
    const why =
      logstore === undefined
        ? `its logstore ${logstoreOf(found.config)} is not declared`
        : isPipeline(found.config)
          ? pipelineProblems(found.config)[0]
          : undefined;
    if (why !== undefined || logstore === undefined) {
      leftOut.push(`Logtail config ${name}: ${why}`);
      continue;
    }
    used.add("LogtailConfig").add("LogFormat");
    const bound = found.machineGroups.flatMap((group) => groups.get(group) ?? []);
    add(
      `new LogtailConfig(stack, ${literal(`config-${name}`)}, ${literal(configProps(found.config, logstore, bound))});`,
    );
  }
  const text = [
    ...head(contents, used, { raw, region, stack }),
    ...body,
    "",
    ...leftOut.map((one) => `// Not declared: ${one.replace(/\s+/g, " ")}`),
    "app.synth();",
    "",
  ].join("\n");
  return { text, leftOut };
}

interface HeadOptions {
  readonly raw: boolean;
  readonly region: string;
  readonly stack: string;
}

function head({ project }: ProjectContents, used: ReadonlySet<string>, options: HeadOptions): string[] {
  return [
    "/**",
    ` * Log project ${project} as it was found. \`cdktf deploy\` takes it into Terraform's state (the import blocks can go afterwards);`,
    " * `cdktf-sls plan` then shows no change.",
    " */",
    `import { App, type TerraformResource, TerraformStack } from "cdktf";`,
    `import { ${[...used]
      .filter((one) => one !== "LogStoreIndex")
      .sort()
      .join(", ")} } from "cdktf-sls";`,
    ...(options.raw ? [`import { LogStoreIndex } from "cdktf-sls/provider-alicloud/log-store-index";`] : []),
    `import { AlicloudProvider } from "cdktf-sls/provider-alicloud/provider";`,
    `import type { Construct } from "constructs";`,
    "",
    'const resource = (construct: Construct): TerraformResource => construct.node.findChild("Resource") as TerraformResource;',
    "const imported = (construct: Construct, id: string): void => resource(construct).importFrom(id);",
    "",
    "const app = new App();",
    `const stack = new TerraformStack(app, ${literal(options.stack)});`,
    `new AlicloudProvider(stack, "alicloud", { region: ${literal(options.region)} });`,
    "",
  ];
}

const projectProps = ({ project, description }: ProjectContents): object => ({
  projectName: project,
  ...(description === "" ? {} : { description }),
});

const projectOverrides = ({ tags, policy }: ProjectContents): Record<string, unknown> => ({
  ...(Object.keys(tags).length > 0 ? { tags } : {}),
  ...(policy === "" ? {} : { policy }),
});

function indexLines(code: IndexCode, logstore: string, project: string): string[] {
  const id = literal(`index-${logstore}`);
  const importId = literal(`${project}:${logstore}`);
  if (code.construct === "LogIndex") {
    return [`imported(new LogIndex(stack, ${id}, ${literal(code.props)}), ${importId});`];
  }
  return [`new LogStoreIndex(stack, ${id}, ${literal(code.props)}).importFrom(${importId});`];
}

function groupLines(group: MachineGroupBody, name: string, project: string, leftOut: string[]): string[] {
  const id = literal(`group-${group.groupName}`);
  const topic = group.groupAttribute?.groupTopic;
  const common = {
    project: new Code("project"),
    groupName: group.groupName,
    ...(topic ? { topic } : {}),
  };
  const imports = `imported(${name}, ${literal(`${project}:${group.groupName}`)});`;
  if (group.machineList.length === 0) {
    leftOut.push(`machine group ${group.groupName}: it has no machine; it is referred to, not declared`);
    return [`const ${name} = MachineGroup.fromName(stack, ${id}, project, ${literal(group.groupName)});`];
  }
  if (group.machineIdentifyType === "ip") {
    const props = literal({ ...common, addresses: group.machineList });
    return [`const ${name} = MachineGroup.ofAddresses(stack, ${id}, ${props});`, imports];
  }
  const [first, ...more] = group.machineList;
  const props = literal({ ...common, userDefinedId: first });
  const lines = [`const ${name} = MachineGroup.ofUserDefinedId(stack, ${id}, ${props});`, imports];
  if (more.length === 0) return lines;
  return [...lines, `resource(${name}).addOverride("identify_list", ${literal(group.machineList)});`];
}
