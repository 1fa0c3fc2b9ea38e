/** Milliseconds of processor time that `act` takes in this process: unlike those of a clock they do not grow on a busy machine. */
export function cpuMs(act: () => unknown): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
