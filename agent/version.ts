/** Put in by scripts/build-agent.mjs. */
declare const SLS_AGENT_VERSION: string | undefined;

export const agentVersion: string = typeof SLS_AGENT_VERSION === "string" ? SLS_AGENT_VERSION : "0.0.0-source";
