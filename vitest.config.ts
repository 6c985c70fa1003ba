import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,lsp,golden,tidy}/**/*.test.ts'],
    // A test that was left `only` would silence all others.
    allowOnly: false,
    // A busy machine is no failure; a hang is.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ['test/setup/propertySeed.ts'],
  },
});
