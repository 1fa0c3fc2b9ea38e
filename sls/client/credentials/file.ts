import * as fs from "node:fs/promises";
import type { Credentials } from "../../wire/request";
import { credentialsMissing, sameCredentials, type CredentialsListener, type CredentialsSource } from "./source";
import { readCredentials, type ReadCredentials } from "./temporary";

export interface FileCredentialsOptions extends CredentialsListener {
  /** JSON as STS answers it: see readCredentials. */
  readonly file: string;
}

/**
 * Credentials that another program keeps in a file and renews there. Looked at before each request, read when it has changed.
 * While it cannot be read (half written, gone for a moment) the last ones are used.
 */
export class FileCredentials implements CredentialsSource {
  private current: ReadCredentials | undefined;
  private readStamp = "";
  private problem = "";

  constructor(private readonly options: FileCredentialsOptions) {}

  async getCredentials(): Promise<Credentials> {
    await this.look();
    if (this.current === undefined) throw credentialsMissing(this.problem);
    return this.current;
  }

  async renew(refused: Credentials): Promise<Credentials | undefined> {
    this.readStamp = "";
    await this.look();
    return this.current !== undefined && !sameCredentials(this.current, refused) ? this.current : undefined;
  }

  private async look(): Promise<void> {
    const { file, onRenewed } = this.options;
    try {
      const { mtimeMs, size, ino } = await fs.stat(file);
      const stamp = `${mtimeMs} ${size} ${ino}`;
      if (stamp === this.readStamp) return;
      const found = readCredentials(await fs.readFile(file, "utf8"));
      this.readStamp = stamp;
      this.problem = "";
      const isNew = this.current === undefined || !sameCredentials(this.current, found);
      this.current = found;
      if (isNew) onRenewed?.(found.expiration);
    } catch (error) {
      this.failed(error as NodeJS.ErrnoException);
    }
  }

  /** Told once for each reason: this happens at every request. */
  private failed({ code, message }: NodeJS.ErrnoException): void {
    const { file, onNotRenewed } = this.options;
    const problem =
      code === undefined
        ? `the credentials file ${file} ${message}; write {"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"}`
        : `the credentials file ${file} cannot be read (${code})`;
    if (problem === this.problem) return;
    this.problem = problem;
    onNotRenewed?.(problem, this.current?.expiration);
  }
}
