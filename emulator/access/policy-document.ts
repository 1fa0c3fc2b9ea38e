/** Policy documents of RAM: `{"Version": "1", "Statement": […]}`. Source: RAM user guide, "Policy structure and syntax". */
import { conditionOperators } from "./conditions";

export type Effect = "Allow" | "Deny";
/** operator -> condition key -> values, one of which must hold. */
export type Condition = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Types of principal -> ARNs, `*`, or names of services. */
export type Principals = Readonly<Record<string, readonly string[]>>;

export interface Statement {
  readonly effect: Effect;
  readonly actions: readonly string[];
  /** `NotAction`: every action but these. */
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: Condition;
  /** In policies on a role or a project; undefined where the document names none. */
  readonly principals: Principals | undefined;
}

export interface PolicyDocument {
  readonly statements: readonly Statement[];
}

/** Whose document it is: a `trust` policy names principals and no resources, an `identity` policy the other way round; a `project` policy may name both. */
export type PolicyKind = "identity" | "trust" | "project";

/** What is wrong with a document, in words. */
export class PolicyProblem extends Error {}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function texts(value: unknown, where: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item === "string") return item;
    throw new PolicyProblem(`${where} must be a text or a list of texts, got ${JSON.stringify(item)}`);
  });
}

function conditionOf(value: unknown, where: string): Condition {
  if (value === undefined) return {};
  if (!isObject(value)) throw new PolicyProblem(`${where} must be an object`);
  return Object.fromEntries(
    Object.entries(value).map(([operator, keys]) => {
      if (!Object.hasOwn(conditionOperators, operator)) {
        const known = Object.keys(conditionOperators).join(", ");
        throw new PolicyProblem(`${where} names the operator ${operator}, which is none of ${known}`);
      }
      if (!isObject(keys)) throw new PolicyProblem(`${where}.${operator} must be an object`);
      const values = Object.entries(keys).map(([key, wanted]) => {
        const list: unknown[] = Array.isArray(wanted) ? wanted : [wanted];
        return [key, texts(list.map(plain), `${where}.${operator}.${key}`)] as const;
      });
      return [operator, Object.fromEntries(values)];
    }),
  );
}

/** Numbers and truth values are taken as the text that they are written as. */
const plain = (value: unknown): unknown =>
  typeof value === "number" || typeof value === "boolean" ? String(value) : value;

function principalsOf(value: unknown, where: string): Principals | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) return { RAM: texts(value, where) };
  return Object.fromEntries(Object.entries(value).map(([type, names]) => [type, texts(names, `${where}.${type}`)]));
}

function statementOf(value: unknown, index: number, kind: PolicyKind): Statement {
  const where = `Statement[${index}]`;
  if (!isObject(value)) throw new PolicyProblem(`${where} must be an object`);
  const { Effect: effect, Action, NotAction, Resource, Condition: condition, Principal } = value;
  if (effect !== "Allow" && effect !== "Deny") {
    throw new PolicyProblem(`${where}.Effect must be Allow or Deny, got ${JSON.stringify(effect)}`);
  }
  if ((Action === undefined) === (NotAction === undefined)) {
    throw new PolicyProblem(`${where} must have Action or NotAction, and not both`);
  }
  if (kind === "identity" && Principal !== undefined) throw new PolicyProblem(`${where} must have no Principal`);
  if (kind === "trust" && !isObject(Principal)) throw new PolicyProblem(`${where}.Principal must be an object`);
  if (kind !== "trust" && Resource === undefined) throw new PolicyProblem(`${where} must have a Resource`);
  return {
    effect,
    actions: Action === undefined ? [] : texts(Action, `${where}.Action`),
    notActions: NotAction === undefined ? [] : texts(NotAction, `${where}.NotAction`),
    resources: Resource === undefined ? ["*"] : texts(Resource, `${where}.Resource`),
    condition: conditionOf(condition, `${where}.Condition`),
    principals: principalsOf(Principal, `${where}.Principal`),
  };
}

/** Throws a PolicyProblem that names the place. */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new PolicyProblem("the document is not valid JSON");
  }
  if (!isObject(document)) throw new PolicyProblem("the document must be an object");
  if (document["Version"] !== "1") {
    throw new PolicyProblem(`Version must be "1", got ${JSON.stringify(document["Version"])}`);
  }
  const statements: unknown = document["Statement"];
  if (!Array.isArray(statements) || statements.length === 0) {
    throw new PolicyProblem("Statement must be a list with at least one statement");
  }
  return { statements: statements.map((statement, index) => statementOf(statement, index, kind)) };
}
