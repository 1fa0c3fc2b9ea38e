export { agentFor, type ProxyAgentOptions } from "./agent";
export { parseProxyAddress, type ProxyAddress } from "./address";
export { noProxy, proxyFor, proxyFromEnv, uselessExceptions, type ProxySettings } from "./settings";
