/** A TCP or UDP port on which the agent listens. Returns what is wrong, or undefined. */
export function portProblem(port: number): string | undefined {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return undefined;
  return `port must be a whole number from 1 to 65535, got ${port}; the agent's default is 11111`;
}
