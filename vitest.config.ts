import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The real clients install what they need the first time, and an `openstack` command takes seconds.
    testTimeout: 20_000,
    hookTimeout: 600_000,
  },
})
