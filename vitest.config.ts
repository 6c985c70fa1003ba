import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,lsp,golden,tidy}/**/*.test.ts'],
    // A test that was left `only` would silence all others.
    allowOnly: false,
  },
});
