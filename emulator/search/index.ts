export { flatLog } from "./flat-log";
export { parseQuery } from "./parse";
export { Search, type ArrivedAt, type FoundLog } from "./search";
