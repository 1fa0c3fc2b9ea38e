/** A forward proxy as it is written in an environment variable. */

export interface ProxyAddress {
  /** What is spoken to the proxy itself. */
  readonly scheme: "http" | "https" | "socks5";
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

const schemes: readonly string[] = ["http", "https", "socks5"];
const form = /^(?:([^:/?#@]*):\/\/)?(?:(.*)@)?(\[[^\]]*\]|[^:@/?#\s]*)(?::([^:@/?#]*))?\/?$/s;

/**
 * `[scheme://[user[:password]@]]host[:port]`; scheme http unless said, port 80 unless said, whatever the scheme. User and
 * password are percent-decoded; a percent sign that begins no escape stands for itself. Throws an error that names the
 * variable and does not repeat the value, for a password may be in it.
 */
export function parseProxyAddress(name: string, value: string): ProxyAddress {
  const bad = (why: string): Error =>
    new Error(`${name}: ${why}; write [http|https|socks5://[user:password@]]host[:port], e.g. http://192.168.1.0:9000`);
  const match = form.exec(value.trim());
  if (match === null) throw bad("not a proxy address");
  const [, scheme = "http", account = "", host = "", port = "80"] = match;
  if (!schemes.includes(scheme.toLowerCase())) throw bad(`scheme "${scheme}" is not known`);
  const plainHost = host.replace(/^\[|\]$/g, "");
  if (plainHost === "") throw bad("no host");
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) throw bad("the port must be 1 to 65535");
  const [user = "", ...rest] = account.split(":");
  return {
    scheme: scheme.toLowerCase() as ProxyAddress["scheme"],
    host: plainHost,
    port: Number(port),
    user: decoded(user),
    password: decoded(rest.join(":")),
  };
}

/** `http://192.168.1.0:9000`, without user and password: for people. */
export const proxyText = ({ scheme, host, port }: ProxyAddress): string =>
  `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;

const decoded = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
