import { jsonBody, jsonValue, logstoreOf, type Operation, type SlsContext } from "../sls/context";
import { ServiceError } from "../sls/service-error";
import { textField } from "../sls/fields";
import { ConsumerGroup } from "../store/consumer-group";

const invalid = (why: string): ServiceError => new ServiceError(400, "JsonInfoInvalid", why);
const maxGroups = 30;

function groupOf(context: SlsContext): ConsumerGroup {
  const name = context.path["group"] ?? "";
  const group = logstoreOf(context).consumerGroups.get(name);
  if (group === undefined)
    throw new ServiceError(404, "ConsumerGroupNotExist", `consumer group ${name} does not exist`);
  return group;
}

function settings(body: Readonly<Record<string, unknown>>): { timeout: number; order: boolean } {
  const { timeout, order } = body;
  if (typeof timeout !== "number" || timeout <= 0) throw invalid("timeout must be a number of seconds above 0");
  return { timeout, order: order === true };
}

function create(context: SlsContext): object {
  const { consumerGroups } = logstoreOf(context);
  const body = jsonBody(context);
  const name = textField(body, "consumerGroup", invalid);
  if (name === "") throw invalid("consumerGroup must be a name");
  if (consumerGroups.has(name)) {
    throw new ServiceError(400, "ConsumerGroupAlreadyExist", `consumer group ${name} already exist`);
  }
  if (consumerGroups.size >= maxGroups)
    throw new ServiceError(400, "ConsumerGroupQuotaExceed", "at most 30 consumer groups");
  const { timeout, order } = settings(body);
  consumerGroups.set(name, new ConsumerGroup({ name, timeout, order }));
  return {};
}

/** Heartbeat and checkpoint: one path, told apart by `type`. */
function report(context: SlsContext): object {
  const group = groupOf(context);
  const logstore = logstoreOf(context);
  const { type, consumer = "", forceSuccess } = context.query;
  if (type === "heartbeat") {
    const held = jsonValue(context);
    if (!Array.isArray(held)) throw invalid("the body must be a list of shards");
    if (held.length > 0 && !group.has(consumer, context.now.getTime())) throw strangerWithShards(consumer);
    const shards = logstore.shards.map(({ id }) => id);
    return { json: group.heartbeat(consumer, held.map(Number), shards, context.now.getTime()) };
  }
  if (type !== "checkpoint") throw invalid(`type must be heartbeat or checkpoint, got ${type ?? "nothing"}`);
  const body = jsonBody(context);
  const shard = Number(body["shard"]);
  if (!logstore.shards.some(({ id }) => id === shard)) {
    throw new ServiceError(404, "ShardNotExist", `Shard ${String(body["shard"])} does not exist`);
  }
  const checkpoint = textField(body, "checkpoint", invalid);
  if (!/^\d+$/.test(Buffer.from(checkpoint, "base64").toString("latin1"))) {
    throw new ServiceError(400, "InvalidShardCheckPoint", `shard checkpoint ${checkpoint} is not valid`);
  }
  if (forceSuccess?.toLowerCase() !== "true" && !group.has(consumer, context.now.getTime())) {
    throw new ServiceError(404, "ConsumerNotExist", `consumer ${consumer} does not exist`);
  }
  group.checkpoints.set(shard, { shard, checkpoint, updateTime: context.now.getTime() * 1000, consumer });
  return {};
}

function checkpoints(context: SlsContext): object {
  const wanted = context.query["shard"];
  const { checkpoints: known } = groupOf(context);
  const none = (shard: number): object => ({ shard, checkpoint: "", updateTime: 0, consumer: "" });
  return logstoreOf(context)
    .shards.filter(({ id }) => wanted === undefined || String(id) === wanted)
    .map(({ id }) => known.get(id) ?? none(id));
}

/** One that was silent for too long has lost its shards, and must not go on as if they were its own. */
const strangerWithShards = (consumer: string): ServiceError =>
  new ServiceError(400, "NotExistConsumerWithBody", `consumer ${consumer} does not exist, and reports shards`);

const all = "/logstores/{logstore}/consumergroups";
const one = `${all}/{group}`;

export const consumerGroupOperations: readonly Operation[] = [
  { name: "CreateConsumerGroup", method: "POST", path: all, handle: create },
  {
    name: "ListConsumerGroup",
    method: "GET",
    path: all,
    handle: (context) => ({
      json: [...logstoreOf(context).consumerGroups.values()].map(({ name, timeout, order }) => ({
        name,
        timeout,
        order,
      })),
    }),
  },
  { name: "ConsumerGroupHeartBeat", method: "POST", path: one, handle: report },
  {
    name: "GetConsumerGroupCheckPoint",
    method: "GET",
    path: one,
    handle: (context) => ({ json: checkpoints(context) }),
  },
  {
    name: "UpdateConsumerGroup",
    method: "PUT",
    path: one,
    handle: (context) => {
      const group = groupOf(context);
      Object.assign(group, settings(jsonBody(context)));
      return {};
    },
  },
  {
    name: "DeleteConsumerGroup",
    method: "DELETE",
    path: one,
    handle: (context) => {
      logstoreOf(context).consumerGroups.delete(groupOf(context).name);
      return {};
    },
  },
];
