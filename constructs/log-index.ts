import { LogStoreIndex } from "@cdktf/provider-alicloud/lib/log-store-index";
import { Construct } from "constructs";
import { defaultMaxTextLen, maxTextLenProblem, syslogFieldNames, tokensProblem } from "../sls/model/log-index";
import { IndexField, textIndexDefaults, type TextIndexOptions } from "./index-field";
import type { ILogStore } from "./log-store";
import { check, invalidValue } from "./private/check";
import { declareInProject } from "./private/declared-names";
import { literalText } from "./private/template-text";

/** What can be chosen about an index besides its logstore. Source: SLS, CreateIndex. */
export interface LogIndexOptions {
  /** Words are found whichever field they are in. `false` turns it off. @default - on, with the console's separators */
  readonly fullText?: TextIndexOptions | false;
  /** Fields that can be searched by name (`app-name: todo-list`) and used in SQL. @default - none */
  readonly fields?: Readonly<Record<string, IndexField>>;
  /** How many bytes of a field are indexed, 64 to 16,384; the rest is kept but not found. @default 2048 */
  readonly maxTextLength?: number;
}

export interface LogIndexProps extends LogIndexOptions {
  /** A logstore has one index at most. */
  readonly logstore: ILogStore;
}

const nothingIndexed = "nothing is indexed, so no search would find a log; leave fullText on, or give fields";
const declaredTwice = "a logstore has one index at most, so give the fields of both to one of them";
const namelessField = "fields has one without a name; write the name that the field is stored under";

/** The index of a logstore. It holds for logs that arrive after it was made or changed. */
export class LogIndex extends Construct {
  /** The fields that a line of the rsyslog template is stored in (`hostname`, `app-name`, `msg`, …), all as text. */
  static syslogFields(): Readonly<Record<string, IndexField>> {
    return Object.fromEntries(syslogFieldNames.map((name) => [name, IndexField.text()]));
  }

  /** What a logstore of rsyslog's lines needs: full text, and syslogFields(). */
  static syslog(): LogIndexOptions {
    return { fields: LogIndex.syslogFields() };
  }

  /** What a logstore of a web server's access log needs; `status`, `bytes` and `request_time` are numbers. */
  static accessLog(): LogIndexOptions {
    const text = ["remote_addr", "remote_user", "method", "path", "protocol", "referer", "user_agent"];
    return {
      fields: {
        ...Object.fromEntries(text.map((name) => [name, IndexField.text()])),
        status: IndexField.long(),
        bytes: IndexField.long(),
        request_time: IndexField.double(),
      },
    };
  }

  readonly logstore: ILogStore;
  readonly fullText: Required<TextIndexOptions> | false;
  readonly fields: Readonly<Record<string, IndexField>>;
  readonly maxTextLength: number;

  constructor(scope: Construct, id: string, props: LogIndexProps) {
    super(scope, id);
    this.logstore = props.logstore;
    this.fullText = props.fullText === false ? false : textIndexDefaults(props.fullText);
    this.fields = props.fields ?? {};
    this.maxTextLength = props.maxTextLength ?? defaultMaxTextLen;
    this.checkValues();
    const { givenName, project } = this.logstore;
    declareInProject(this, "index", givenName, project.givenName, declaredTwice);
    new LogStoreIndex(this, "Resource", {
      project: this.logstore.project.projectName,
      logstore: this.logstore.logstoreName,
      maxTextLen: this.maxTextLength,
      ...(this.fullText === false ? {} : { fullText: textAttributes(this.fullText) }),
      fieldSearch: Object.entries(this.fields).map(([name, field]) => ({ name, ...fieldAttributes(field) })),
    });
    this.node.addValidation({ validate: () => this.omissions() });
  }

  private checkValues(): void {
    check(this, this.maxTextLength, maxTextLenProblem);
    if ("" in this.fields) throw invalidValue(this, namelessField);
    if (this.fullText !== false) this.checkTokens("fullText", this.fullText);
    for (const [name, { text }] of Object.entries(this.fields)) if (text) this.checkTokens(`field ${name}`, text);
    const problem = aliasesProblem(this.fields) ?? membersProblem(this.fields);
    if (problem !== undefined) throw invalidValue(this, problem);
  }

  private checkTokens(what: string, { tokens }: Required<TextIndexOptions>): void {
    const problem = tokensProblem(tokens);
    if (problem !== undefined) throw invalidValue(this, `${what}: ${problem}`);
  }

  private omissions(): string[] {
    const empty = this.fullText === false && Object.keys(this.fields).length === 0;
    return empty ? [`${this.node.path}: ${nothingIndexed}`] : [];
  }
}

/** The provider takes separators as one string of single characters. */
const textAttributes = (text: Required<TextIndexOptions>) => ({
  caseSensitive: text.caseSensitive,
  includeChinese: text.includeChinese,
  token: literalText(text.tokens.join("")),
});

/** A name in a search must mean one field. */
function aliasesProblem(fields: Readonly<Record<string, IndexField>>): string | undefined {
  const taken = new Set(Object.keys(fields));
  for (const [name, { alias }] of Object.entries(fields)) {
    if (alias === undefined) continue;
    if (taken.has(alias))
      return `field ${name} has the alias ${JSON.stringify(alias)}, which is taken; give it another`;
    taken.add(alias);
  }
  return undefined;
}

/** Members of a JSON field are text, long or double. */
function membersProblem(fields: Readonly<Record<string, IndexField>>): string | undefined {
  for (const [name, field] of Object.entries(fields)) {
    const nested = Object.entries(field.fields).find(([, { type }]) => type === "json")?.[0];
    if (nested !== undefined) {
      return `field ${name}: its member ${nested} can't be JSON; name the members inside as "${nested}.…", each with its own type`;
    }
  }
  return undefined;
}

const memberAttributes = ([name, { type, alias, enableAnalytics }]: [string, IndexField]) => ({
  name,
  type,
  docValue: enableAnalytics,
  ...(alias === undefined ? {} : { alias }),
});

const fieldAttributes = ({ type, alias, enableAnalytics, text, fields }: IndexField) => ({
  type,
  ...(type === "json" ? { jsonKeys: Object.entries(fields).map(memberAttributes) } : {}),
  enableAnalytics,
  ...(alias === undefined ? {} : { alias }),
  ...(text === undefined ? {} : textAttributes(text)),
});
