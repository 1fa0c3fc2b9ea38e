/** Tokens of the metadata service's hardened mode: asked for with PUT, sent with each GET, good for the seconds that were asked. */
import { randomBytes } from "node:crypto";

export class MetadataTokens {
  /** End by token, unix milliseconds. */
  private readonly ends = new Map<string, number>();

  /** `ttl` as it came in the header; undefined when it is not 1 to 21,600 seconds. */
  make(ttl: string | undefined, now: Date): string | undefined {
    const seconds = Number(ttl);
    if (!ttl || !Number.isInteger(seconds) || seconds < 1 || seconds > 21_600) return undefined;
    for (const [token, end] of this.ends) if (end <= now.getTime()) this.ends.delete(token);
    const token = randomBytes(24).toString("base64");
    this.ends.set(token, now.getTime() + seconds * 1000);
    return token;
  }

  isGood(token: string, now: Date): boolean {
    return (this.ends.get(token) ?? 0) > now.getTime();
  }
}
