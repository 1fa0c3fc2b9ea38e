/** Whether the one who asks may: its own policies, those of the session, and the policy on the project. Pure. */
import { accountId, type AccessState, type PolicyKey } from "../store/access";
import { decide, namesPrincipal, type Decision, type Question } from "./decide";
import { parsePolicy, type PolicyDocument, type PolicyKind, type Statement } from "./policy-document";
import { arnOf, arnsOf, type Principal } from "./principal";
import { systemPolicies } from "./system-policies";

/** Documents are checked when they come; a policy that is gone says nothing. */
function read(text: string | undefined, kind: PolicyKind): PolicyDocument {
  try {
    return parsePolicy(text ?? "", kind);
  } catch {
    return { statements: [] };
  }
}

function documentOf(state: AccessState, key: PolicyKey): string | undefined {
  const [type = "", name = ""] = key.split(":");
  if (type === "System") return systemPolicies.get(name)?.document;
  const policy = state.policies.get(name);
  return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document;
}

/** What its own policies, and for a role those of the session, say. */
function decideForIdentity(state: AccessState, principal: Principal, question: Question): Decision {
  if (principal.type === "root") return "Allow";
  const { policies } = principal.type === "user" ? principal.user : principal.role;
  const attached = [...policies.keys()].map((key) => read(documentOf(state, key), "identity"));
  return decide(attached, question);
}

/** What narrows a session; without a session policy nothing does. */
function decideForSession(principal: Principal, question: Question): Decision {
  if (principal.type !== "role" || principal.session.policy === "") return "Allow";
  return decide([read(principal.session.policy, "identity")], question);
}

/**
 * A project's policy: a statement for everybody (`*`, or no principal) does not bind the project's owner unless it has a condition.
 * Source: SLS API reference, "PutProjectPolicy". `principal` undefined: nobody, as in web tracking.
 */
function decideForProject(policy: string, principal: Principal | undefined, question: Question): Decision {
  if (policy === "") return "ImplicitDeny";
  const arns = principal === undefined ? [] : [...arnsOf(principal), arnOf.root, accountId];
  const applies = ({ principals, condition }: Statement): boolean => {
    const named = Object.values(principals ?? { RAM: ["*"] }).flat();
    const everybody = named.includes("*");
    if (everybody && principal?.type === "root") return Object.keys(condition).length > 0;
    return everybody || namesPrincipal({ RAM: named }, "RAM", arns);
  };
  return decide([read(policy, "project")], question, applies);
}

/** `projectPolicy`: "" where the resource is in no project, or the project has none. */
export function authorize(
  state: AccessState,
  principal: Principal | undefined,
  question: Question,
  projectPolicy = "",
): Decision {
  const byProject = decideForProject(projectPolicy, principal, question);
  if (byProject === "ExplicitDeny") return byProject;
  // Operations that need no signature need no permission either.
  if (principal === undefined) return "Allow";
  const own = decideForIdentity(state, principal, question);
  const session = decideForSession(principal, question);
  const decisions = [own, session];
  if (decisions.includes("ExplicitDeny")) return "ExplicitDeny";
  if (session !== "Allow") return session;
  return own === "Allow" || byProject === "Allow" ? "Allow" : "ImplicitDeny";
}
