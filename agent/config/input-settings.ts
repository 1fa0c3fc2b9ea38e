import { isIP } from "node:net";
import { isAbsolute } from "node:path";
import type { Checked } from "./option";

/** PEM files of a TLS server; read again when they change. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Only clients with a certificate of one of these authorities are taken. @default all clients */
  readonly clientCaFile?: string;
}

/** Where an input of the setting `inputs` takes its lines from. */
export type InputSource =
  | { readonly type: "tcp" | "relp"; readonly host: string; readonly port: number; readonly tls?: TlsFiles }
  | { readonly type: "udp"; readonly host: string; readonly port: number }
  | { readonly type: "unix" | "unixgram"; readonly path: string }
  | { readonly type: "stdin" }
  | { readonly type: "exec"; readonly command: readonly [string, ...string[]] };

export interface InputSettings {
  readonly source: InputSource;
  /** Names the Logtail config of lines that carry no tag. @default the first config */
  readonly tag?: string;
  /** auto: formats are told apart line by line. raw: each line is stored whole under `content`. */
  readonly format: "auto" | "raw";
}

export const inputExample = '{"type": "udp", "address": "127.0.0.1:514", "tag": "sys_tag"}';

const types = ["tcp", "relp", "udp", "unix", "unixgram", "stdin", "exec"] as const;
const tlsKeys = ["certFile", "keyFile", "clientCaFile"];
const keysOf: Readonly<Record<(typeof types)[number], readonly string[]>> = {
  tcp: ["address", ...tlsKeys],
  relp: ["address", ...tlsKeys],
  udp: ["address"],
  unix: ["path"],
  unixgram: ["path"],
  stdin: [],
  exec: ["command"],
};

type Given = Readonly<Record<string, unknown>>;

class Wrong extends Error {}
const fail = (mustBe: string): never => {
  throw new Wrong(mustBe);
};

/** One item of `inputs`. */
export function checkInput(value: Given): Checked<InputSettings> {
  try {
    return { value: read(value) };
  } catch (error) {
    if (error instanceof Wrong) return { mustBe: error.message };
    throw error;
  }
}

function read(value: Given): InputSettings {
  const type = types.find((one) => one === value["type"]) ?? fail(`type must be one of ${types.join(", ")}`);
  const allowed = ["type", "tag", "format", ...keysOf[type]];
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown !== undefined) fail(`key "${unknown}" is not known; ${type} has ${allowed.slice(1).join(", ")}`);
  const { tag, format = type === "stdin" || type === "exec" ? "raw" : "auto" } = value;
  if (tag !== undefined && (typeof tag !== "string" || tag === "")) fail("tag must be a text that is not empty");
  if (format !== "auto" && format !== "raw") return fail("format must be one of auto, raw");
  return { source: sourceOf(type, value), format, ...(tag === undefined ? {} : { tag: tag as string }) };
}

function sourceOf(type: (typeof types)[number], value: Given): InputSource {
  switch (type) {
    case "tcp":
    case "relp":
      return { type, ...addressOf(value), ...tlsOf(value) };
    case "udp":
      return { type, ...addressOf(value) };
    case "unix":
    case "unixgram":
      return { type, path: fileOf(value, "path", 100) };
    case "stdin":
      return { type };
    case "exec":
      return { type, command: commandOf(value) };
    default:
      return type satisfies never;
  }
}

function addressOf({ address }: Given): { host: string; port: number } {
  const match = typeof address === "string" ? /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(address) : null;
  const host = match?.[1] ?? match?.[2] ?? "";
  const port = Number(match?.[3]);
  if (match === null || port > 65535 || (isIP(host) === 0 && host !== "localhost")) {
    return fail('address must be an IP address and a port such as "127.0.0.1:514" or "[::1]:514"');
  }
  return { host, port };
}

function tlsOf(value: Given): { tls?: TlsFiles } {
  if (!tlsKeys.some((key) => value[key] !== undefined)) return {};
  const [certFile, keyFile] = [fileOf(value, "certFile"), fileOf(value, "keyFile")];
  if (value["clientCaFile"] === undefined) return { tls: { certFile, keyFile } };
  return { tls: { certFile, keyFile, clientCaFile: fileOf(value, "clientCaFile") } };
}

/** The kernel takes a socket's path up to 107 bytes. */
function fileOf(value: Given, key: string, maxBytes = 4096): string {
  const file = value[key];
  return typeof file === "string" && isAbsolute(file) && !file.includes("\0") && Buffer.byteLength(file) <= maxBytes
    ? file
    : fail(`${key} must be an absolute path of at most ${maxBytes} bytes`);
}

function commandOf({ command }: Given): readonly [string, ...string[]] {
  // The kernel ends an argument at a NUL.
  const isText = (word: unknown): word is string => typeof word === "string" && !word.includes("\0");
  if (!Array.isArray(command) || !command.every(isText) || command.length === 0 || command[0] === "") {
    return fail('command must be an array of texts without NUL such as ["vmstat", "5"]; no shell reads it');
  }
  return command as unknown as readonly [string, ...string[]];
}
