/** The world as a verification needs it. */
export interface VerifyWorld {
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  /** 16 hex digits that nobody else has. */
  readonly newId: () => string;
}

/** Asks again, after pauses of 1 to 5 s, until there is an answer or the time is up; then undefined. At least once. */
export async function until<T>(
  world: VerifyWorld,
  waitMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = world.now().getTime() + waitMs;
  for (let pause = 1000; ; pause = Math.min(5000, pause * 1.5)) {
    const answer = await ask();
    const left = end - world.now().getTime();
    if (answer !== undefined || left <= 0) return answer;
    await world.sleep(Math.min(pause, left));
  }
}
