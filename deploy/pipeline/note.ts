/** The plan of a stack as Markdown, for the note of a merge request. */
import { stripVTControlCharacters } from "node:util";
import type { Plan } from "../plan";
import { planText } from "../print";
import { countsOf, type Counts } from "../report";
import type { ResourceChange } from "./terraform-plan";

export interface StackNote {
  readonly stack: string;
  readonly terraform: readonly ResourceChange[];
  readonly counts: Counts;
  /** undefined: the stack declares no Logtail config. */
  readonly logtail: Plan | "unknown" | undefined;
}

/** GitLab takes 1,000,000 characters; a person reads far fewer. */
const maxLines = 400;

const counted = ({ create, update, delete: remove }: Counts): string =>
  `${create} to create, ${update} to change, ${remove} to remove`;

function fenced(lines: readonly string[]): string[] {
  const shown = lines.slice(0, maxLines);
  if (shown.length < lines.length) shown.push(`… and ${lines.length - shown.length} lines more: see the job's log`);
  // A line of backticks would end the block.
  return ["```", ...shown.map((line) => line.replace(/^(\s*)`{3,}/, "$1'''")), "```", ""];
}

function logtailPart(logtail: StackNote["logtail"]): string[] {
  if (logtail === undefined) return [];
  if (logtail === "unknown") return ["Logtail configs: known after apply.", ""];
  const head = `Logtail configs: ${counted(countsOf(logtail.configs))}.`;
  if (logtail.changes === 0 && logtail.orphans.length === 0) return [head, ""];
  return [head, "", ...fenced(stripVTControlCharacters(planText(logtail)).split("\n"))];
}

export function noteText({ stack, terraform, counts, logtail }: StackNote): string {
  const resources = terraform.map(({ address, change }) => `${change.actions.join(" then ")}: ${address}`);
  return [
    `### ${stack}`,
    "",
    `Terraform: ${counted(counts)}.`,
    "",
    ...(resources.length === 0 ? [] : fenced(resources)),
    ...logtailPart(logtail),
  ].join("\n");
}

export const notYetText = (stack: string, dependencies: readonly string[]): string =>
  [
    `### ${stack}`,
    "",
    `Not planned: it reads from ${dependencies.join(", ")}, which must be deployed first, with what this stack reads.`,
    "",
  ].join("\n");

export const notBuiltText = (stack: string, file: string): string =>
  [
    `### ${stack}`,
    "",
    `Not planned: ${file} is not there yet; the pipeline's image job makes it before the deploy.`,
    "",
  ].join("\n");
