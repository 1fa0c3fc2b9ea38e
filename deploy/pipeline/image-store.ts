/**
 * Where a pipeline keeps the manifests of its images, so that the next one need not build what is built: the project's generic package registry.
 * Source: GitLab, "Generic packages repository".
 */
export interface ImageStore {
  /** undefined: there is none of that image and checksum. */
  find(image: string, hash: string): Promise<string | undefined>;
  keep(image: string, hash: string, manifest: string): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const patienceMs = 30_000;

/** Undefined outside of GitLab, where there is nowhere to keep them. */
export function gitlabImageStore(env: Environment): ImageStore | undefined {
  const { CI_API_V4_URL: api, CI_PROJECT_ID: project, CI_JOB_TOKEN: token } = env;
  if (!api || !project || !token) return undefined;
  const address = (image: string, hash: string): string =>
    `${api}/projects/${encodeURIComponent(project)}/packages/generic/cdktf-sls-image-${image}/${hash}/manifest.json`;
  const ask = (url: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url, { ...init, headers: { "JOB-TOKEN": token }, signal: AbortSignal.timeout(patienceMs) });
  const refused = (what: string, reply: Response): Error =>
    new Error(
      `${what}: GitLab's package registry answered ${reply.status}; is it switched on for this project (Settings > General > Visibility)?`,
    );
  return {
    async find(image, hash) {
      const reply = await ask(address(image, hash));
      if (reply.ok) return reply.text();
      if (reply.status === 404) return undefined;
      throw refused(`the manifest of image ${image} was not read`, reply);
    },
    async keep(image, hash, manifest) {
      const reply = await ask(address(image, hash), { method: "PUT", body: manifest });
      if (!reply.ok) throw refused(`the manifest of image ${image} was not kept`, reply);
    },
  };
}
