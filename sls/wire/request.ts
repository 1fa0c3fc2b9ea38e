/** Who signs. The secret is never printed; see `SLS4` and `LOG` in sign-v4.ts and sign-v1.ts. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** STS token of temporary credentials. */
  readonly securityToken?: string;
}

/** A request as far as a signature sees it. */
export interface SignableRequest {
  readonly method: string;
  /** Path as on the request line, percent-escapes kept, without the query. */
  readonly path: string;
  /** Decoded parameters; an empty value is sent as `key=`. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Splits a request target (`/logstores?offset=0&size=`) into path and decoded parameters. A trailing bare `?` adds nothing. */
export function splitTarget(target: string): { path: string; query: Record<string, string> } {
  const mark = target.indexOf("?");
  if (mark < 0) return { path: target, query: {} };
  return { path: target.slice(0, mark), query: Object.fromEntries(new URLSearchParams(target.slice(mark + 1))) };
}

/** RFC 3986: unreserved `A-Za-z0-9-_.~` kept, everything else escaped. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Query string for a request line, parameters in the order given. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`)
    .join("&");
}

/** Code-unit order, as every client sorts. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
