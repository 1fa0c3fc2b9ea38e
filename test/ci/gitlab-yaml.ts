/**
 * A `.gitlab-ci.yml` as GitLab itself reads it: inputs are put into a template's text, before that is read as YAML. (gitlab-ci-local puts them into what
 * was read, and so takes what GitLab refuses.) Source: gitlabhq/gitlabhq, lib/gitlab/ci/config/interpolation/text_template.rb.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

export type Job = Readonly<Record<string, unknown>>;

interface Include {
  readonly local?: string;
  readonly file?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

interface Header {
  readonly spec: { readonly inputs: Readonly<Record<string, { readonly default?: unknown } | null>> };
}

const block = /\$\[\[\s*inputs\.([\w-]+)\s*\]\]/g;

/** Jobs and hidden ones of a template. Throws what GitLab would refuse. */
export function readTemplate(path: string, given: NonNullable<Include["inputs"]>): Record<string, Job> {
  const text = readFileSync(path, "utf8");
  const end = text.indexOf("\n---\n");
  const declared = (parse(text.slice(0, end)) as Header).spec.inputs;
  const foreign = Object.keys(given).filter((name) => !(name in declared));
  if (foreign.length > 0) throw new Error(`${path}: no such input: ${foreign.join(", ")}`);
  const interpolated = text.slice(end + 5).replace(block, (_, name: string) => {
    const value = given[name] ?? declared[name]?.default;
    if (value === undefined) throw new Error(`${path}: input ${name} has no value`);
    return typeof value === "string" ? value : JSON.stringify(value);
  });
  const [document, ...others] = parseAllDocuments(interpolated);
  if (document === undefined || others.length > 0) throw new Error(`${path}: ${others.length + 1} documents`);
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  return document.toJS() as Record<string, Job>;
}

/** Jobs of all that the file includes, from the templates of this repository. */
export function includedJobs(repository: string, file: string): Record<string, Job> {
  const { include } = parse(readFileSync(join(repository, file), "utf8")) as { include: readonly Include[] };
  const all = include.map(({ local, file: other = "", inputs = {} }) =>
    readTemplate(join(repository, local ?? other), inputs),
  );
  return Object.assign({}, ...all) as Record<string, Job>;
}
