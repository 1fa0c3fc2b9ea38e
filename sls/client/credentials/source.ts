import { SlsError } from "../../model/errors";
import type { Credentials } from "../../wire/request";

/** Where credentials come from. Asked before every request, so that temporary ones can be renewed in between. */
export interface CredentialsSource {
  /** Rejects with an SlsError of code CredentialsMissing when there are none to be had now. */
  getCredentials(): Promise<Credentials>;
  /** The service has refused these: resolves to others when the source has some, to undefined when not; never rejects. */
  renew?(refused: Credentials): Promise<Credentials | undefined>;
}

/** What happens to temporary credentials, for whoever tells people. No secret is in it. */
export interface CredentialsListener {
  /** Others are in use now. `until` is their end, where it is known. */
  readonly onRenewed?: (until: Date | undefined) => void;
  /** Told at each try that failed; `until` is the end of those that are still in use. */
  readonly onNotRenewed?: (problem: string, until: Date | undefined) => void;
}

export const staticCredentials = (credentials: Credentials): CredentialsSource => ({
  getCredentials: async () => credentials,
});

export const credentialsMissing = (problem: string): SlsError => new SlsError("CredentialsMissing", problem);

export const sameCredentials = (a: Credentials, b: Credentials): boolean =>
  a.accessKeyId === b.accessKeyId &&
  a.accessKeySecret === b.accessKeySecret &&
  (a.securityToken ?? "") === (b.securityToken ?? "");

/**
 * One request with the source's credentials. When the service refuses them (401: ended, revoked, unknown) and the source has
 * others, the request is sent once more at once; what was refused was not done.
 */
export async function withCredentials<T>(
  source: CredentialsSource,
  send: (credentials: Credentials) => Promise<T>,
  /** Nobody waits for credentials any more; the request itself has to look at it by itself. */
  signal?: AbortSignal,
): Promise<T> {
  const credentials = await whileWanted(source.getCredentials(), signal);
  try {
    return await send(credentials);
  } catch (error) {
    const refused = error instanceof SlsError && error.httpStatus === 401;
    const renewed = refused ? source.renew?.(credentials) : undefined;
    const others = renewed && (await whileWanted(renewed, signal));
    if (others === undefined) throw error;
    return send(others);
  }
}

/** What `promise` comes to; rejects when the signal aborts before. */
function whileWanted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    promise.finally(() => signal.removeEventListener("abort", onAbort)).then(resolve, reject);
  });
}
