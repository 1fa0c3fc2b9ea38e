import { LogMachineGroup } from "@cdktf/provider-alicloud/lib/log-machine-group";
import { Construct, type IConstruct } from "constructs";
import { machineAddressProblem, userDefinedIdProblem } from "../sls/model/machine-group";
import { machineGroupNameProblem } from "../sls/model/names";
import type { ILogProject } from "./log-project";
import { check } from "./private/check";
import { declareInProject } from "./private/declared-names";
import { nameReference } from "./private/name-reference";

interface MachineGroupProps {
  readonly project: ILogProject;
  /** 2 to 128 lower-case letters, digits, hyphens and underscores; unique in the project. */
  readonly groupName: string;
  /** Topic of the logs that come from this group. @default - none */
  readonly topic?: string;
}

export interface UserDefinedIdGroupProps extends MachineGroupProps {
  /** What the machines say in `/etc/ilogtail/user_defined_id`: 1 to 128 characters without blanks and commas. */
  readonly userDefinedId: string;
}

export interface AddressGroupProps extends MachineGroupProps {
  /** Private addresses of the machines, as their agents report them; at least one. */
  readonly addresses: readonly string[];
}

/** A group that exists or is made here: the machines that a Logtail config is for. */
export interface IMachineGroup extends IConstruct {
  readonly project: ILogProject;
  /** To pass on: in the group's own stack a reference that makes Terraform create the group first. */
  readonly groupName: string;
  /** To read: the name as it was given. */
  readonly givenName: string;
}

type IdentifyType = "userdefined" | "ip";
const noAddress =
  "addresses is empty, so no machine is in the group; give at least one, or use MachineGroup.ofUserDefinedId";

const declaredTwice = "give one of them another groupName, or write MachineGroup.fromName where the group is only used";

/** Source: SLS, CreateMachineGroup. Linux and Windows machines may not share a group. */
export class MachineGroup extends Construct implements IMachineGroup {
  /** Machines that say one id. New machines join by themselves, as those of an auto-scaling group do. */
  static ofUserDefinedId(scope: Construct, id: string, props: UserDefinedIdGroupProps): MachineGroup {
    return new MachineGroup(scope, id, props, "userdefined", [props.userDefinedId]);
  }

  /** Machines that are known by their addresses. */
  static ofAddresses(scope: Construct, id: string, props: AddressGroupProps): MachineGroup {
    return new MachineGroup(scope, id, props, "ip", props.addresses);
  }

  /** A group that somebody else makes. */
  static fromName(scope: Construct, id: string, project: ILogProject, groupName: string): IMachineGroup {
    return new ImportedMachineGroup(scope, id, project, groupName);
  }

  readonly project: ILogProject;
  readonly groupName: string;
  readonly givenName: string;
  readonly topic: string | undefined;

  private constructor(
    scope: Construct,
    id: string,
    props: MachineGroupProps,
    readonly identifyType: IdentifyType,
    /** User-defined ids or addresses, as `identifyType` says. */
    readonly identifyList: readonly string[],
  ) {
    super(scope, id);
    this.project = props.project;
    this.givenName = props.groupName;
    this.topic = props.topic;
    check(this, this.givenName, machineGroupNameProblem);
    const memberProblem = identifyType === "ip" ? machineAddressProblem : userDefinedIdProblem;
    for (const member of identifyList) check(this, member, memberProblem);
    declareInProject(this, "machine group", this.givenName, this.project.givenName, declaredTwice);
    const resource = new LogMachineGroup(this, "Resource", {
      project: this.project.projectName,
      name: this.givenName,
      identifyType,
      identifyList: [...identifyList],
      ...(this.topic === undefined ? {} : { topic: this.topic }),
    });
    this.groupName = nameReference(resource, resource.name, this.givenName);
    this.node.addValidation({ validate: () => (identifyList.length > 0 ? [] : [`${this.node.path}: ${noAddress}`]) });
  }
}

class ImportedMachineGroup extends Construct implements IMachineGroup {
  readonly givenName: string;

  constructor(
    scope: Construct,
    id: string,
    readonly project: ILogProject,
    readonly groupName: string,
  ) {
    super(scope, id);
    check(this, groupName, machineGroupNameProblem);
    this.givenName = groupName;
  }
}
