import { defineConfig } from "vitest/config";

/** For `npm run test:clients` alone: these suites need the local cloud that it starts. */
export default defineConfig({
  test: {
    include: ["test/clients/**/*.suite.ts"],
    reporters: ["default", "test/clients/support/reporter.mts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
