import type { LogContent } from "../sls/model/log";
import { priorityText } from "./syslog-priority";
import type { SyslogTime } from "./syslog-time";

/** One syslog line taken apart, RFC 3164 or RFC 5424. Buffers are slices of the line, not copies. */
export interface SyslogMessage {
  /** 0 is RFC 3164, 1 is RFC 5424, as rsyslog's `%protocol-version%` says it. */
  readonly protocol: 0 | 1;
  readonly priority: number;
  /** Undefined where the line tells none; the same for the others. */
  readonly time: SyslogTime | undefined;
  readonly hostname: Buffer | undefined;
  readonly appName: Buffer | undefined;
  readonly procid: Buffer | undefined;
  readonly msgid: Buffer | undefined;
  /** Empty where there is none. */
  readonly structuredData: readonly StructuredElement[];
  readonly msg: Buffer;
}

export interface StructuredElement {
  readonly id: string;
  readonly params: readonly (readonly [name: string, value: Buffer])[];
}

const nil = Buffer.from("-");

/**
 * The fields under which the agent stores a message: those of Logtail's stream format 0.1, structured data as
 * `SD-ID.PARAM-NAME` between `msgid` and `msg`. What the line does not tell is `-`, as rsyslog writes it.
 * A name that came before gets a number: `origin@1.ip`, `origin@1.ip.2`.
 */
export function syslogContents(message: SyslogMessage): LogContent[] {
  const { structuredData } = message;
  const contents: LogContent[] = [
    ["hostname", message.hostname ?? nil],
    ["pri-text", priorityText(message.priority)],
    ["protocol-version", message.protocol === 0 ? "0" : "1"],
    ["app-name", message.appName ?? nil],
    ["procid", message.procid ?? nil],
    ["msgid", message.msgid ?? nil],
  ];
  if (structuredData.length > 0) addStructured(contents, structuredData);
  contents.push(["msg", message.msg]);
  return contents;
}

/** Adds a field for each parameter, named so that no field has its name twice. */
export function addStructured(contents: LogContent[], elements: readonly StructuredElement[]): void {
  const taken = new Set([...contents.map(([key]) => key), "msg"]);
  /** Of names that came more than once: the number that the next one tries. */
  const numbers = new Map<string, number>();
  const add = (name: string, value: Buffer | string): void => {
    let key = name;
    for (let i = numbers.get(name) ?? 2; taken.has(key); i++) {
      key = `${name}.${i}`;
      numbers.set(name, i + 1);
    }
    taken.add(key);
    contents.push([key, value]);
  };
  for (const { id, params } of elements) {
    // An element without parameters says something too: that it is there.
    if (params.length === 0) add(id, "");
    for (const [name, value] of params) add(`${id}.${name}`, value);
  }
}
