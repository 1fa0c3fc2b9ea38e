export { flatLog } from "./flat-log";
export { parseQuery } from "./parse";
export { Search, type FoundLog } from "./search";
