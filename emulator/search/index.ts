import type { IndexBody } from "../../sls/model/log-index";
import { compile, type Matcher } from "./match";
import { parseQuery } from "./parse";

/** Query text and index -> a test of one log; throws the service's error for a query that it would refuse. */
export const compileQuery = (text: string, index: IndexBody): Matcher => compile(parseQuery(text), index);
