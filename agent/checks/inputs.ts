import { X509Certificate } from "node:crypto";
import * as dgram from "node:dgram";
import * as fs from "node:fs";
import { isIPv6 } from "node:net";
import { delimiter, join } from "node:path";
import type { InputSettings, TlsFiles } from "../config/input-settings";
import type { Settings } from "../config/settings";
import { contextOf } from "../inputs/sockets/tls-server";
import { doubt, failure, type Finding } from "./finding";
import { checkPort } from "./network";

export interface InputChecks {
  /** An agent of this data folder runs, and has the ports. */
  readonly running: boolean;
  readonly now: Date;
  /** Where programs are looked for. */
  readonly path: string;
}

/** The doors of the settings, each by itself and beside the others. */
export async function checkInputs(settings: Settings, checks: InputChecks): Promise<Finding[]> {
  const { syslogHost, syslogPort, relpHost, relpPort, statusPort, inputs } = settings;
  const { running } = checks;
  const each = inputs.map((input, i) => checkInput(input, `inputs, item ${i + 1}`, checks));
  return [
    ...checkTwice(settings),
    ...(syslogPort === "off" ? [] : await checkPort("syslog.port", syslogHost, syslogPort, running)),
    ...(relpPort === "off" ? [] : await checkPort("relp.port", relpHost, relpPort, running)),
    ...(statusPort === undefined ? [] : await checkPort("status.port", "127.0.0.1", statusPort, running)),
    ...(await Promise.all(each)).flat(),
  ];
}

async function checkInput({ source }: InputSettings, about: string, checks: InputChecks): Promise<Finding[]> {
  const { running, now, path } = checks;
  switch (source.type) {
    case "tcp":
    case "relp": {
      const files = source.tls === undefined ? [] : checkTls(about, source.tls, now);
      return [...files, ...(await checkPort(about, source.host, source.port, running))];
    }
    case "udp":
      return checkUdp(about, source.host, source.port, running);
    case "unixgram":
      return checkProgram(about, "perl", path);
    case "exec":
      return checkProgram(about, source.command[0], path);
    case "unix":
    case "stdin":
      return [];
    default:
      return source satisfies never;
  }
}

/** Two doors at one place: the second would wait for ever. */
function checkTwice({ syslogHost, syslogPort, relpHost, relpPort, statusPort, inputs }: Settings): Finding[] {
  const doors: [about: string, place: string][] = [];
  const add = (about: string, kind: string, host: string, port: number | "off" | undefined): void => {
    if (port !== "off" && port !== undefined && port !== 0) doors.push([about, `${kind} port ${port} on ${host}`]);
  };
  add("syslog.port", "TCP", syslogHost, syslogPort);
  add("relp.port", "TCP", relpHost, relpPort);
  add("status.port", "TCP", "127.0.0.1", statusPort);
  for (const [i, { source }] of inputs.entries()) {
    const about = `inputs, item ${i + 1}`;
    if ("port" in source) add(about, source.type === "udp" ? "UDP" : "TCP", source.host, source.port);
    if ("path" in source) doors.push([about, `socket ${source.path}`]);
  }
  return doors.flatMap(([about, place], i) => {
    const first = doors.slice(0, i).find((other) => other[1] === place);
    return first === undefined
      ? []
      : [failure(about, `${place} is taken by ${first[0]} already; give one of them another`)];
  });
}

function checkTls(about: string, files: TlsFiles, now: Date): Finding[] {
  try {
    contextOf(files);
    const { subject, validTo } = new X509Certificate(fs.readFileSync(files.certFile));
    if (Date.parse(validTo) >= now.getTime()) return [];
    return [doubt(about, `${files.certFile}: the certificate of ${subject} ended on ${validTo}`)];
  } catch (error) {
    return [failure(about, `its TLS files cannot be used: ${(error as Error).message}`)];
  }
}

async function checkUdp(about: string, host: string, port: number, ours: boolean): Promise<Finding[]> {
  const socket = dgram.createSocket(isIPv6(host) ? "udp6" : "udp4");
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    socket.once("error", resolve);
    socket.bind(port, host, () => resolve(undefined));
  });
  socket.close();
  if (error === undefined) return [];
  if (error.code !== "EADDRINUSE") return [failure(about, `UDP ${host}:${port} cannot be used: ${error.message}`)];
  if (ours) return [];
  return [doubt(about, `another program has UDP ${host}:${port}; find it with "ss -lunp sport = :${port}"`)];
}

function checkProgram(about: string, program: string, path: string): Finding[] {
  const files = program.includes("/") ? [program] : path.split(delimiter).map((folder) => join(folder, program));
  const found = files.some((file) => {
    try {
      fs.accessSync(file, fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found ? [] : [doubt(about, `the program ${program} is not there, or not to be run by this user`)];
}
