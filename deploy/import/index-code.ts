import {
  defaultMaxTextLen,
  defaultTokens,
  type IndexBody,
  type IndexKey,
  type IndexLine,
} from "../../sls/model/log-index";
import { sameValue } from "../canonical";
import { Code, literal } from "./code";

export interface IndexCode {
  /** The resource itself where the construct cannot say all that the index has. */
  readonly construct: "LogIndex" | "LogStoreIndex";
  readonly props: object;
  readonly uses: readonly string[];
}

type FoundIndex = IndexBody & {
  readonly log_reduce_white_list?: readonly string[];
  readonly log_reduce_black_list?: readonly string[];
};

/** `logstore`: the constant that holds it. */
export function indexCode(index: FoundIndex, logstore: string): IndexCode {
  if (!isSimple(index)) {
    return { construct: "LogStoreIndex", props: resourceProps(index, logstore), uses: ["LogStoreIndex"] };
  }
  const keys = Object.entries(index.keys ?? {});
  const props = {
    logstore: new Code(logstore),
    ...(index.line === undefined ? { fullText: false } : textOptions(index.line, "fullText")),
    ...(keys.length === 0
      ? {}
      : { fields: Object.fromEntries(keys.map(([name, key]) => [name, new Code(fieldCode(key))])) }),
    ...(maxTextLen(index) === defaultMaxTextLen ? {} : { maxTextLength: maxTextLen(index) }),
  };
  return { construct: "LogIndex", props, uses: keys.length === 0 ? ["LogIndex"] : ["LogIndex", "IndexField"] };
}

const maxTextLen = ({ max_text_len }: FoundIndex): number => max_text_len ?? defaultMaxTextLen;

/** What the constructs can say: separators that are characters, types without inner keys, no log reduce. */
function isSimple(index: FoundIndex): boolean {
  const texts = [...(index.line ? [index.line] : []), ...Object.values(index.keys ?? {})];
  const tokens = texts.every(({ token }) =>
    (token ?? []).every((one, i, all) => [...one].length === 1 && all.indexOf(one) === i),
  );
  const types = Object.values(index.keys ?? {}).every(({ type }) => type !== "json");
  return tokens && types && index.max_text_len !== undefined && index.log_reduce !== true;
}

type TextRule = Pick<IndexLine, "caseSensitive" | "chn"> & { readonly token?: readonly string[] };

function optionsOf({ token, caseSensitive, chn }: TextRule): object {
  return {
    ...(sameValue(token, defaultTokens) ? {} : { tokens: new Code(`[...${literal((token ?? []).join(""))}]`) }),
    ...(caseSensitive ? { caseSensitive: true } : {}),
    ...(chn ? { includeChinese: true } : {}),
  };
}

function textOptions(line: TextRule, prop: string): object {
  const options = optionsOf(line);
  return Object.keys(options).length === 0 ? {} : { [prop]: options };
}

function fieldCode(key: IndexKey): string {
  const options = {
    ...(key.alias ? { alias: key.alias } : {}),
    ...(key.doc_value === true ? {} : { enableAnalytics: false }),
    ...(key.type === "text" ? optionsOf(key as TextRule) : {}),
  };
  return `IndexField.${key.type}(${Object.keys(options).length === 0 ? "" : literal(options)})`;
}

function resourceProps(index: FoundIndex, logstore: string): object {
  const { line, keys = {} } = index;
  const text = ({ token, caseSensitive, chn }: TextRule): object => ({
    caseSensitive: caseSensitive ?? false,
    includeChinese: chn ?? false,
    token: (token ?? []).join(""),
  });
  return {
    project: new Code("project.projectName"),
    logstore: new Code(`${logstore}.logstoreName`),
    ...(index.max_text_len ? { maxTextLen: index.max_text_len } : {}),
    ...(index.log_reduce ? { logReduce: true } : {}),
    ...(index.log_reduce_white_list?.length ? { logReduceWhiteList: index.log_reduce_white_list } : {}),
    ...(index.log_reduce_black_list?.length ? { logReduceBlackList: index.log_reduce_black_list } : {}),
    ...(line ? { fullText: text(line) } : {}),
    fieldSearch: Object.entries(keys).map(([name, key]) => ({
      name,
      type: key.type,
      enableAnalytics: key.doc_value ?? false,
      ...(key.alias ? { alias: key.alias } : {}),
      ...text(key as TextRule),
      ...(key.json_keys
        ? {
            jsonKeys: Object.entries(key.json_keys).map(([inner, one]) => ({
              name: inner,
              type: one.type,
              docValue: one.doc_value ?? false,
              ...(one.alias ? { alias: one.alias } : {}),
            })),
          }
        : {}),
    })),
  };
}
