/** A Logtail config as Terraform resources, where the provider has one for its kind. */
import { LogtailAttachment } from "@cdktf/provider-alicloud/lib/logtail-attachment";
import { LogtailConfig as LogtailConfigResource } from "@cdktf/provider-alicloud/lib/logtail-config";
import { SlsLogtailPipelineConfig } from "@cdktf/provider-alicloud/lib/sls-logtail-pipeline-config";
import { Token, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { LogtailConfigBody } from "../../sls/model/logtail-config";
import type { PipelineConfigBody } from "../../sls/model/logtail-pipeline";
import type { IMachineGroup } from "../machine-group";
import { stringMap } from "./string-map";
import { literal, literalText } from "./template-text";

const literalMap = (plugin: Readonly<Record<string, unknown>>): Record<string, string> => literal(stringMap(plugin));

/** `alicloud_logtail_config`; `body.inputType` must be `file` or `plugin`. */
export function logtailConfigResource(
  scope: Construct,
  project: string,
  body: LogtailConfigBody,
): ITerraformDependable {
  return new LogtailConfigResource(scope, "Resource", {
    project,
    logstore: body.outputDetail.logstoreName,
    name: body.configName,
    inputType: body.inputType,
    inputDetail: literalText(JSON.stringify(body.inputDetail)),
    outputType: body.outputType,
    ...(body.logSample === undefined ? {} : { logSample: literalText(body.logSample) }),
  });
}

/** `alicloud_sls_logtail_pipeline_config`. */
export function pipelineConfigResource(
  scope: Construct,
  project: string,
  body: PipelineConfigBody,
): ITerraformDependable {
  return new SlsLogtailPipelineConfig(scope, "Resource", {
    project,
    configName: body.configName,
    inputs: body.inputs.map(literalMap),
    flushers: body.flushers.map(literalMap),
    ...(body.processors === undefined ? {} : { processors: body.processors.map(literalMap) }),
    ...(body.aggregators === undefined ? {} : { aggregators: body.aggregators.map(literalMap) }),
    ...(body.global === undefined ? {} : { globals: literalMap(body.global) }),
    ...(body.task === undefined ? {} : { task: literalMap(body.task) }),
    ...(body.logSample === undefined ? {} : { logSample: literalText(body.logSample) }),
  });
}

/** `alicloud_logtail_attachment`; its id is made from the group's name, so that the order of groups does not matter. */
export function attachment(
  scope: Construct,
  config: ITerraformDependable,
  project: string,
  configName: string,
  group: IMachineGroup,
): void {
  const name = Token.isUnresolved(group.givenName) ? group.node.id : group.givenName;
  new LogtailAttachment(scope, `Attachment-${name}`, {
    project,
    logtailConfigName: configName,
    machineGroupName: group.groupName,
    dependsOn: [config],
  });
}
