import { LogProject as LogProjectResource } from "@cdktf/provider-alicloud/lib/log-project";
import { Construct, type IConstruct } from "constructs";
import { projectNameProblem } from "../sls/model/names";
import { tagsProblem } from "./log-tags";
import { policyDocument, type PolicyStatement } from "./policy-statement";
import { check, invalidValue } from "./private/check";
import { declareProject } from "./private/declared-names";
import { nameReference } from "./private/name-reference";
import { literalText } from "./private/template-text";

/** What can be chosen about a project besides its name. */
export interface LogProjectOptions {
  /** @default - none */
  readonly description?: string;
  /** Who else may or may not do what with the project, beside RAM's policies. @default - none */
  readonly policy?: readonly PolicyStatement[];
  /** E.g. `rg-acfmxazb4p****`. @default - the account's default resource group */
  readonly resourceGroupId?: string;
  /** At most 20. Tags of LogTags are added to them. @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** Terraform refuses every plan that would destroy the project, and its logs with it. @default false */
  readonly preventDestroy?: boolean;
}

export interface LogProjectProps extends LogProjectOptions {
  /** 3 to 63 lower-case letters, digits and hyphens; must differ from all projects in Alibaba Cloud, of any account. */
  readonly projectName: string;
}

/** A project that exists or is made here: the region, endpoint and quota of all that is in it. */
export interface ILogProject extends IConstruct {
  /** To pass on: in the project's own stack a reference that makes Terraform create the project first. */
  readonly projectName: string;
  /** To read: the name as it was given. */
  readonly givenName: string;
}

export class LogProject extends Construct implements ILogProject {
  /** A project that somebody else makes. */
  static fromName(scope: Construct, id: string, projectName: string): ILogProject {
    return new ImportedLogProject(scope, id, projectName);
  }

  readonly projectName: string;
  readonly givenName: string;
  readonly description: string | undefined;
  readonly policy: readonly PolicyStatement[];
  readonly resourceGroupId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly preventDestroy: boolean;

  constructor(scope: Construct, id: string, props: LogProjectProps) {
    super(scope, id);
    check(this, props.projectName, projectNameProblem);
    this.givenName = props.projectName;
    this.description = props.description;
    this.policy = props.policy ?? [];
    this.resourceGroupId = props.resourceGroupId;
    this.tags = props.tags ?? {};
    this.preventDestroy = props.preventDestroy ?? false;
    const problem = this.policy.map((one) => one.problem).find((one) => one !== undefined) ?? tagsProblem(this.tags);
    if (problem !== undefined) throw invalidValue(this, problem);
    declareProject(this, this.givenName);
    const resource = new LogProjectResource(this, "Resource", {
      projectName: this.givenName,
      ...(this.description === undefined ? {} : { description: this.description }),
      ...(this.policy.length === 0
        ? {}
        : { policy: literalText(policyDocument(this.policy.map((one) => one.toProjectJson()))) }),
      ...(this.resourceGroupId === undefined ? {} : { resourceGroupId: this.resourceGroupId }),
      ...(Object.keys(this.tags).length === 0 ? {} : { tags: this.tags }),
      ...(this.preventDestroy ? { lifecycle: { preventDestroy: true } } : {}),
    });
    this.projectName = nameReference(resource, resource.projectName, this.givenName);
  }
}

class ImportedLogProject extends Construct implements ILogProject {
  readonly givenName: string;

  constructor(
    scope: Construct,
    id: string,
    readonly projectName: string,
  ) {
    super(scope, id);
    check(this, projectName, projectNameProblem);
    this.givenName = projectName;
  }
}
