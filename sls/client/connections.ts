import type * as http from "node:http";
import { agentFor } from "./proxy/agent";
import type { ProxyAddress } from "./proxy/address";

/** The connections of a few minutes to one protocol through one way. */
export interface Pool {
  readonly agent: http.Agent;
  /** The request is over. After one that failed, the next one gets new connections. */
  release(failed: boolean): void;
}

interface Connections {
  readonly agent: http.Agent;
  readonly unfinished: AbortController;
  /** Monotonic milliseconds. */
  readonly madeAt: number;
  inUse: number;
  retired: boolean;
}

/** Names are looked up when connections are made: a changed address is noticed after so long. */
const maxAgeMs = 5 * 60_000;

/**
 * Kept-alive connections, made anew every 5 minutes and after each failure, so that a changed address of the service or
 * of the proxy is noticed. Old ones end when their last request does.
 */
export class ConnectionPools {
  private readonly pools = new Map<string, Connections>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  take(url: URL, proxy: ProxyAddress | undefined): Pool {
    const key = `${url.protocol} ${JSON.stringify(proxy ?? "")}`;
    let pool = this.pools.get(key);
    if (pool !== undefined && this.clock() - pool.madeAt >= maxAgeMs) {
      this.retire(key, pool);
      pool = undefined;
    }
    if (pool === undefined) {
      const unfinished = new AbortController();
      const agent = agentFor(url, proxy, { signal: unfinished.signal });
      pool = { agent, unfinished, madeAt: this.clock(), inUse: 0, retired: false };
      this.pools.set(key, pool);
    }
    const taken = pool;
    taken.inUse++;
    return {
      agent: taken.agent,
      release: (failed) => {
        taken.inUse--;
        if (failed && !taken.retired) this.retire(key, taken);
        else endIfDone(taken);
      },
    };
  }

  close(): void {
    for (const [key, pool] of this.pools) {
      this.retire(key, pool);
      end(pool);
    }
  }

  private retire(key: string, pool: Connections): void {
    if (this.pools.get(key) === pool) this.pools.delete(key);
    pool.retired = true;
    endIfDone(pool);
  }
}

function endIfDone(pool: Connections): void {
  if (pool.retired && pool.inUse === 0) end(pool);
}

function end({ agent, unfinished }: Connections): void {
  agent.destroy();
  unfinished.abort();
}
