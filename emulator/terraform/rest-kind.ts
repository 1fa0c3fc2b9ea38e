/** A resource that is one object at one path of a project, `POST /alerts` and `/alerts/{name}`: most of the newer ones are. */
import type { Cloud } from "./cloud";
import { isGone } from "./errors";
import { changes, idParts, type ResourceKind } from "./kind";
import { fromJson, toJson, type Json, type Shape } from "./shape";
import { textOf, type ValueMap } from "./values";

type Own = "forceNew" | "defaults" | "checks" | "spelling" | "unchanged" | "computedBlocks";

export interface RestOptions extends Partial<Pick<ResourceKind, Own>> {
  readonly type: string;
  /** Arguments that hold the project and the name: they are the id, and a change of them replaces. */
  readonly project: string;
  readonly name: string;
  /** `/alerts` */
  readonly path: string;
  /** `Alert`: of CreateAlert, GetAlert … */
  readonly noun: string;
  /** Member of the body that holds the name. @default "name" */
  readonly nameMember?: string;
  /** The other arguments. */
  readonly shape: Shape;
  /** Codes that mean that it is not there. */
  readonly gone: readonly string[];
  /** Changes the body on its way. */
  body?(planned: ValueMap, body: Json): Json;
  /** Changes what was read. */
  found?(json: Json, attributes: ValueMap, state: ValueMap): ValueMap;
  /** Argument whose value is set by `?action=enable` and `disable`: ENABLED, DISABLED. */
  readonly status?: string;
  /** False: every argument replaces. @default true */
  readonly updates?: boolean;
}

const idForm = "project:name";

export function restKind(options: RestOptions): ResourceKind {
  const { type, project, name, path, noun, nameMember = "name", shape, gone, status } = options;
  const place = (id: string): { project: string; path: string; name: string } => {
    const [of = "", own = ""] = idParts(id, idForm);
    return { project: of, path: `${path}/${own}`, name: own };
  };
  const bodyOf = (planned: ValueMap): Json => {
    const body = { [nameMember]: textOf(planned[name]), ...toJson(planned, shape) };
    return options.body?.(planned, body) ?? body;
  };
  const find = async (cloud: Cloud, id: string): Promise<Json | undefined> => {
    const { project: of, path: at } = place(id);
    try {
      return await cloud.sls({ call: `Get${noun}`, method: "GET", project: of, path: at });
    } catch (error) {
      if (isGone(error, "ProjectNotExist", ...gone)) return undefined;
      throw error;
    }
  };
  const setStatus = async (cloud: Cloud, id: string, wanted: string): Promise<void> => {
    const found = await find(cloud, id);
    if (found === undefined || found["status"] === wanted) return;
    const { project: of, path: at } = place(id);
    const [verb, action] = wanted === "ENABLED" ? ["Enable", "enable"] : ["Disable", "disable"];
    await cloud.sls({ call: verb + noun, method: "PUT", project: of, path: at, query: { action } });
  };
  const { forceNew = [], defaults, checks, spelling, unchanged, computedBlocks } = options;
  const own = Object.keys(shape);

  return {
    type,
    idForm,
    forceNew: [project, name, ...(options.updates === false ? own : forceNew)],
    ...(defaults ? { defaults } : {}),
    ...(checks ? { checks } : {}),
    ...(spelling ? { spelling } : {}),
    ...(unchanged ? { unchanged } : {}),
    ...(computedBlocks ? { computedBlocks } : {}),

    async create(cloud, planned) {
      const of = textOf(planned[project]);
      await cloud.sls({ call: `Create${noun}`, method: "POST", project: of, path, body: bodyOf(planned) });
      return `${of}:${textOf(planned[name])}`;
    },

    async update(cloud, id, planned, prior) {
      if (prior !== undefined && own.some((attribute) => changes(attribute, planned, prior))) {
        const { project: of, path: at } = place(id);
        await cloud.sls({ call: `Update${noun}`, method: "PUT", project: of, path: at, body: bodyOf(planned) });
      }
      const wanted = status === undefined ? "" : textOf(planned[status]);
      if (wanted !== "" && status !== undefined && changes(status, planned, prior)) await setStatus(cloud, id, wanted);
    },

    async read(cloud, id, state) {
      const json = await find(cloud, id);
      if (json === undefined) return undefined;
      const at = place(id);
      const attributes = { ...fromJson(json, shape), [project]: at.project, [name]: at.name };
      const told = status === undefined ? {} : { [status]: textOf(json["status"] as string) };
      return { ...(options.found?.(json, attributes, state) ?? attributes), ...told };
    },

    async remove(cloud, id) {
      const { project: of, path: at } = place(id);
      try {
        await cloud.sls({ call: `Delete${noun}`, method: "DELETE", project: of, path: at });
      } catch (error) {
        if (!isGone(error, "ProjectNotExist", ...gone)) throw error;
      }
    },
  };
}
