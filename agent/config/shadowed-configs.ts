import type { SyslogConfig } from "./discovery";

/** Configs that get no lines, because an earlier one has the same tag, and why. */
export function shadowedConfigs(
  configs: readonly SyslogConfig[],
): readonly { readonly project: string; readonly config: string; readonly why: string }[] {
  return configs.flatMap(({ project, config, tag }, index) => {
    const first = configs.find((other) => other.tag === tag);
    if (first === undefined || first === configs[index]) return [];
    return [{ project, config, why: `${first.project}/${first.config} has the same tag ${tag}; give one another` }];
  });
}
