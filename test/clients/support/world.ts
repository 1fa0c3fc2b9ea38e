/** Where the local cloud of `npm run test:clients` listens, and the report of what a suite does to it. */
import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

function given(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set; run this suite with npm run test:clients`);
}

export const cloudUrl = given("CLIENTS_URL");
export const cloudPort = Number(new URL(cloudUrl).port);
export const region = given("ALIBABA_CLOUD_REGION");
export const credentials = {
  accessKeyId: given("ALIBABA_CLOUD_ACCESS_KEY_ID"),
  accessKeySecret: given("ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
};
export const caFile = given("NODE_EXTRA_CA_CERTS");

export interface ReportLine {
  readonly version?: string;
  readonly call?: string;
  readonly test?: string;
  readonly outcome?: "passed" | "failed" | "skipped";
  readonly message?: string;
}

/** One line; `scripts/clients/report-file.ts` reads it. */
export const report = (line: ReportLine): void => appendFileSync(given("CLIENTS_REPORT"), `${JSON.stringify(line)}\n`);

/** The version of an installed package, from the package.json above its main file. */
export function packageVersion(name: string): string {
  const packageFolder = new RegExp(`^.*/node_modules/${name}(?=/)`);
  const folder = packageFolder.exec(createRequire(__filename).resolve(name))?.[0] ?? dirname(name);
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;
}

/** The same client; each call of a method, by whoever holds it from here, is reported first. */
export function counted<T extends object>(client: T): T {
  return new Proxy(client, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function" || typeof name !== "string" || name.startsWith("_")) return value;
      return (...args: unknown[]): unknown => {
        report({ call: name });
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}
