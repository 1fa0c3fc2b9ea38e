/** Which machines an image is for: out of what the stacks say, and what the person says. */

/** A deployed stack, as far as images are concerned. */
export interface StackFacts {
  readonly stack: string;
  readonly region?: string;
  readonly collections: readonly { readonly project: string; readonly machineGroups: readonly string[] }[];
}

export interface Wanted {
  readonly env: string;
  readonly project?: string;
  readonly group?: string;
}

export interface Target {
  readonly stack: string;
  readonly region?: string;
  readonly project: string;
  /** Machine group that the machines are to be in. */
  readonly group: string;
}

/** One stack, one project, one group; where there are more, the error says how to choose. */
export function targetOf(stacks: readonly StackFacts[], { env, project, group }: Wanted): Target {
  const ofEnv = stacks.filter(({ stack }) => stack === "" || stack === env || stack.endsWith(`-${env}`));
  if (ofEnv.length === 0) {
    throw new Error(
      `no deployed stack is of environment ${env}: their names end in it; there are: ${stacks.map(({ stack }) => stack).join(", ")}; choose with --stack`,
    );
  }
  const all = ofEnv.flatMap(({ stack, region, collections }) =>
    collections.flatMap(({ project: of, machineGroups }) =>
      machineGroups.map((name) => ({ stack, project: of, group: name, ...(region ? { region } : {}) })),
    ),
  );
  const fitting = all.filter((one) => (project ?? one.project) === one.project && (group ?? one.group) === one.group);
  const distinct = [...new Map(fitting.map((one) => [`${one.project}/${one.group}`, one])).values()];
  const [only, ...more] = distinct;
  const names = (list: readonly Target[]): string => list.map((one) => `${one.project}/${one.group}`).join(", ");
  if (only === undefined) {
    throw new Error(
      `no Logtail config of environment ${env} is bound to such a machine group; there are: ${names(all) || "none"}`,
    );
  }
  if (more.length > 0) {
    throw new Error(
      `an image is for machines of one group, and there are: ${names(distinct)}; choose with --project and --group`,
    );
  }
  return only;
}

/** The one user-defined id of a machine group, as the service tells it. */
export function userDefinedIdOf(group: {
  readonly groupName: string;
  readonly machineIdentifyType: string;
  readonly machineList: readonly string[];
}): string {
  if (group.machineIdentifyType !== "userdefined") {
    throw new Error(
      `machine group ${group.groupName} tells machines by address, which an image cannot have; make one of user-defined ids`,
    );
  }
  const [id, ...more] = group.machineList;
  if (id === undefined || more.length > 0) {
    throw new Error(
      `machine group ${group.groupName} has ${group.machineList.length} user-defined ids${id === undefined ? "" : `: ${group.machineList.join(", ")}`}; choose with --user-defined-id`,
    );
  }
  return id;
}
