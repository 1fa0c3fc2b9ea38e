/** Reads and writes of a Logtail config in either of its forms. The service shows a config of the one form in the other, where it can. */
import type { SlsClient } from "../sls/client";
import { formOf, type AnyConfigBody, type ConfigForm, type FoundAnyConfig } from "../sls/model/config-form";
import { SlsError } from "../sls/model/errors";
import type { FoundPipelineConfig } from "../sls/model/logtail-pipeline";

const paths: Readonly<Record<ConfigForm, string>> = { logtail: "/configs", pipeline: "/pipelineconfigs" };
const other: Readonly<Record<ConfigForm, ConfigForm>> = { logtail: "pipeline", pipeline: "logtail" };

/** A config that the service cannot show in the form that was asked for. */
const isUnconvertable = (error: unknown): boolean => error instanceof SlsError && /unconvertable/.test(error.message);

/** In the form that is asked for; in its own where the service cannot convert it. Throws *NotExist where there is none. */
export async function readConfig(
  client: SlsClient,
  project: string,
  name: string,
  form: ConfigForm,
): Promise<FoundAnyConfig> {
  try {
    return await readIn(client, project, name, form);
  } catch (error) {
    if (!isUnconvertable(error)) throw error;
    return readIn(client, project, name, other[form]);
  }
}

async function readIn(client: SlsClient, project: string, name: string, form: ConfigForm): Promise<FoundAnyConfig> {
  if (form === "logtail") return client.getLogtailConfig(project, name);
  return (await client._request("GET", project, `${paths.pipeline}/${name}`, {}, null)) as FoundPipelineConfig;
}

export async function createConfig(client: SlsClient, project: string, config: AnyConfigBody): Promise<void> {
  await send(client, "POST", project, paths[formOf(config)], config);
}

/** A config of the other form becomes one of this form. */
export async function updateConfig(client: SlsClient, project: string, config: AnyConfigBody): Promise<void> {
  await send(client, "PUT", project, `${paths[formOf(config)]}/${config.configName}`, config);
}

export async function deleteConfig(
  client: SlsClient,
  project: string,
  name: string,
  form: ConfigForm = "logtail",
): Promise<void> {
  await client._request("DELETE", project, `${paths[form]}/${name}`, {}, null);
}

async function send(client: SlsClient, verb: string, project: string, path: string, value: unknown): Promise<void> {
  const body = Buffer.from(JSON.stringify(value));
  await client._request(verb, project, path, {}, body, { "x-log-bodyrawsize": body.byteLength });
}
