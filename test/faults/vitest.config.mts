import { defineConfig } from "vitest/config";

/** For `npm run test:faults` alone: minutes of kills and outages, and a table of what came of them. */
export default defineConfig({
  test: {
    include: ["test/faults/**/*.faults.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
