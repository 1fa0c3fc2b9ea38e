/** A git repository of its own with the files of this one, or of an example, in which pipelines run. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repository } from "../../../scripts/demo/world";

const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", ["-C", cwd, "-c", "user.name=ci", "-c", "user.email=ci@example.com", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });

/** Tracked, and new ones that are not ignored. */
const filesOfRepository = (): string[] =>
  git(repository, "ls-files", "-co", "--exclude-standard", "-z")
    .split("\0")
    .filter((file) => file !== "" && existsSync(join(repository, file)));

export interface Checkout {
  readonly folder: string;
  branch(name: string): void;
  write(file: string, text: string): void;
  commit(): void;
}

/** Packages are the repository's own: they are linked, so that no job installs them. */
export function checkout(folder: string, only: (file: string) => string | undefined = (file) => file): Checkout {
  for (const file of filesOfRepository()) {
    const to = only(file);
    if (to === undefined) continue;
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    cpSync(join(repository, file), join(folder, to));
  }
  writeFileSync(join(folder, ".gitignore"), ".gitlab-ci-local/\n");
  for (const built of ["node_modules", "dist"]) symlinkSync(join(repository, built), join(folder, built));
  git(folder, "init", "-q", "-b", "main");
  git(folder, "remote", "add", "origin", "https://gitlab.example.com/acme/app.git");
  const commit = (): void => {
    git(folder, "add", "-A", "-f", "--", ".", ":!.gitlab-ci-local");
    git(folder, "commit", "-q", "--allow-empty", "-m", "next");
  };
  commit();
  return {
    folder,
    branch: (name) => void git(folder, "checkout", "-q", "-B", name),
    write: (file, text) => {
      writeFileSync(join(folder, file), text);
      commit();
    },
    commit,
  };
}
