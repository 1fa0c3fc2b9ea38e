/** Processors of what is written (ingest) and read (consume): kept, not run. Source: SLS API reference, PutIngestProcessor. */
import { objectField, textField } from "../sls/fields";
import { jsonBody, unixSeconds, type Operation, type SlsContext } from "../sls/context";
import { parameterInvalid } from "../sls/service-error";
import { keptOperations, looseNameProblem, shelfOf, type KeptNoun, type KeptOne } from "./kept";

const nounOf = (noun: string, path: string): KeptNoun => ({
  noun,
  list: `List${noun}s`,
  path,
  nameField: "processorName",
  scope: "project",
  maximum: 100,
  describe,
  matches: (body, { processorName = "", displayName = "" }) =>
    String(body["processorName"]).includes(processorName) && String(body["displayName"]).includes(displayName),
  listed: (found) => ({ processors: found.map(describe) }),
});

const describe = ({ body, createTime, lastModifyTime }: KeptOne): object => ({
  ...body,
  createTime,
  updateTime: lastModifyTime,
});

/** Makes it, or changes what is there. */
function put(noun: KeptNoun, context: SlsContext): object {
  const given = jsonBody(context);
  const processorName = context.path["name"] ?? "";
  const configuration = objectField(given, "configuration", parameterInvalid);
  const displayName = textField(given, "displayName", parameterInvalid);
  const problem =
    looseNameProblem("processorName", processorName) ??
    (displayName === "" ? "displayName must be given" : undefined) ??
    (textField(configuration, "spl", parameterInvalid) === "" ? "configuration.spl must be given" : undefined);
  if (problem !== undefined) throw parameterInvalid(problem);
  const body = { description: "", ...given, processorName, displayName, configuration };
  const seconds = unixSeconds(context.now);
  const shelf = shelfOf(context, noun);
  shelf.set(processorName, {
    body,
    createTime: shelf.get(processorName)?.createTime ?? seconds,
    lastModifyTime: seconds,
  });
  return {};
}

export const ingestProcessors = nounOf("IngestProcessor", "ingestprocessors");
const consumeProcessors = nounOf("ConsumeProcessor", "consumeprocessors");

export const processorOperations: readonly Operation[] = [ingestProcessors, consumeProcessors].flatMap((noun) => [
  {
    name: `Put${noun.noun}`,
    method: "PUT",
    path: `/${noun.path}/{name}`,
    scope: "project" as const,
    handle: (context: SlsContext) => put(noun, context),
  },
  ...keptOperations(noun).filter(({ method }) => method === "GET" || method === "DELETE"),
]);
