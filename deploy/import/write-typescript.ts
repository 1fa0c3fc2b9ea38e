/** A CDKTF app that declares what a project holds, and imports it into Terraform's state. Pure: contents in, source text out. */
import { isFilledIn, serverFields } from "../canonical";
import type { FoundLogtailConfig } from "../../sls/model/logtail-config";
import type { MachineGroupBody } from "../../sls/model/machine-group";
import { Code, Identifiers, literal } from "./code";
import { indexCode, type IndexCode } from "./index-code";
import { logstoreCode } from "./logstore-code";
import type { FoundLogtail, ProjectContents } from "./read-project";

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

  let generic = false;
  for (const found of contents.configs) {
    const { config } = found;
    const logstore = stores.get(config.outputDetail.logstoreName);
    const why =
      logstore === undefined
        ? `its logstore ${config.outputDetail.logstoreName} is not declared`
        : found.machineGroups.length === 0
          ? "bound to no machine group, so no machine collects by it"
          : undefined;
    if (why !== undefined || logstore === undefined) {
      leftOut.push(`Logtail config ${config.configName}: ${why}`);
      continue;
    }
    used.add("LogtailConfig").add("LogFormat");
    const { lines, usesGeneric } = configLines(found, names.of(config.configName, "config"), logstore, groups);
    generic ||= usesGeneric;
    add(...lines);
  }
  const text = [
    ...head(contents, used, { raw, generic, region, stack }),
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
  readonly generic: boolean;
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
    ...(options.generic ? [...genericFormat, ""] : []),
    'const resource = (construct: Construct): TerraformResource => construct.node.findChild("Resource") as TerraformResource;',
    "const imported = (construct: Construct, id: string): void => resource(construct).importFrom(id);",
    "",
    "const app = new App();",
    `const stack = new TerraformStack(app, ${literal(options.stack)});`,
    `new AlicloudProvider(stack, "alicloud", { region: ${literal(options.region)} });`,
    "",
  ];
}

/** For what the props of LogtailConfig do not say word for word. */
const genericFormat = [
  "/** Gives a Logtail config the service's own words, as they were found, in place of what its props say. */",
  'const asFound = (config: LogtailConfig, found: Partial<NonNullable<LogtailConfig["body"]>>): void =>',
  "  void Object.assign(config.body ?? {}, found);",
];

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

function configLines(
  { config, machineGroups }: FoundLogtail,
  name: string,
  logstore: string,
  groups: ReadonlyMap<string, string>,
): { lines: string[]; usesGeneric: boolean } {
  const detail = withoutDefaults(config);
  const syslog =
    config.inputType === "syslog" &&
    config.inputDetail["localStorage"] === true &&
    Object.keys(detail).every((key) => key === "tag");
  const format = syslog ? `LogFormat.syslog(${literal({ tag: detail["tag"] })})` : "LogFormat.syslog()";
  const props = {
    configName: config.configName,
    logstore: new Code(logstore),
    format: new Code(format),
    machineGroups: new Code(`[${machineGroups.map((group) => groups.get(group) ?? "").join(", ")}]`),
  };
  const declaration = `new LogtailConfig(stack, ${literal(`config-${config.configName}`)}, ${literal(props)})`;
  const words = {
    ...(syslog ? {} : { inputType: config.inputType, inputDetail: detail }),
    ...(config.logSample ? { logSample: config.logSample } : {}),
  };
  if (Object.keys(words).length === 0) return { lines: [`${declaration};`], usesGeneric: false };
  return { lines: [`const ${name} = ${declaration};`, `asFound(${name}, ${literal(words)});`], usesGeneric: true };
}

/** Without what the service fills in by itself, so that the code says what somebody once said. */
function withoutDefaults(config: FoundLogtailConfig): Record<string, unknown> {
  const kept = Object.entries(config.inputDetail).filter(
    ([key, value]) => !serverFields.includes(key) && !isFilledIn(`inputDetail.${key}`, value, config.inputType),
  );
  return Object.fromEntries(kept);
}
