import { defineConfig } from "vitest/config";

/** For `npm run test:pipeline` alone: whole pipelines, minutes long, with each job's result and time. */
export default defineConfig({
  test: {
    include: ["test/pipeline/**/*.pipeline.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
    reporters: ["verbose"],
    // The tables are meant to be seen.
    silent: false,
    disableConsoleIntercept: true,
  },
});
