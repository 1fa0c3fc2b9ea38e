import type { Credentials } from "../../wire/request";
import { credentialsMissing, sameCredentials, type CredentialsListener, type CredentialsSource } from "./source";

export interface TemporaryCredentials extends Credentials {
  readonly expiration: Date;
}

export interface RenewingOptions extends CredentialsListener {
  /** Rejects with an Error that says what to do. */
  readonly fetch: () => Promise<TemporaryCredentials>;
  /** The service's time rather than the machine's, where that is known. */
  readonly now: () => Date;
}

/** Others are asked for so long before the end; the metadata service gives them out 30 minutes before. */
const leadMs = 25 * 60_000;
/** After a try that brought nothing new. */
const againMs = 60_000;
/** Between two tries while there is nothing to sign with, or what there is is refused. */
const impatientMs = 2_000;

/**
 * Temporary credentials, renewed before they end.
 *
 * none -> good -> due -> good …; due: requests go on with the old ones while others are asked for, a failed try is
 * repeated after a minute. ended or none: requests wait for the try under way, and fail when it fails. Credentials that
 * were just fetched are used whatever their end says: the service, not the clock of this machine, decides.
 */
export class RenewingCredentials implements CredentialsSource {
  private current: TemporaryCredentials | undefined;
  /** Unix milliseconds. */
  private dueAt = 0;
  private triedAt = -Infinity;
  private problem = "";
  private fetching: Promise<boolean> | undefined;

  constructor(private readonly options: RenewingOptions) {}

  async getCredentials(): Promise<Credentials> {
    const now = this.options.now().getTime();
    if (this.current !== undefined && now < this.dueAt) return this.current;
    const ended = this.current === undefined || now >= this.current.expiration.getTime();
    if (!ended) {
      void this.tryOnce();
      return this.current as TemporaryCredentials;
    }
    if (this.fetching === undefined && Math.abs(now - this.triedAt) < impatientMs && this.problem !== "") {
      throw credentialsMissing(this.problem);
    }
    if (!(await this.tryOnce())) throw credentialsMissing(this.problem);
    return this.current as TemporaryCredentials;
  }

  async renew(refused: Credentials): Promise<Credentials | undefined> {
    const isOther = (): boolean => this.current !== undefined && !sameCredentials(this.current, refused);
    if (isOther()) return this.current;
    if (Math.abs(this.options.now().getTime() - this.triedAt) < impatientMs) return undefined;
    await this.tryOnce();
    return isOther() ? this.current : undefined;
  }

  /** One try at a time; whoever comes meanwhile gets its end. Resolves to whether it brought credentials. */
  private tryOnce(): Promise<boolean> {
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async fetch(): Promise<boolean> {
    const { fetch, now, onRenewed, onNotRenewed } = this.options;
    this.triedAt = now().getTime();
    try {
      const found = await fetch();
      const isNew = this.current === undefined || !sameCredentials(this.current, found);
      this.current = found;
      this.problem = "";
      const left = found.expiration.getTime() - now().getTime();
      this.dueAt = now().getTime() + Math.max(left - Math.min(leadMs, left / 3), againMs);
      if (!isNew) this.dueAt = Math.min(this.dueAt, now().getTime() + againMs);
      if (isNew) onRenewed?.(found.expiration);
      return true;
    } catch (error) {
      this.problem = (error as Error).message;
      const until = this.current?.expiration;
      onNotRenewed?.(this.problem, until);
      const left = (until?.getTime() ?? 0) - now().getTime();
      // What is in use is used to its end, and not beyond.
      if (left <= 0) this.current = undefined;
      else this.dueAt = now().getTime() + Math.min(againMs, left);
      return false;
    }
  }
}
