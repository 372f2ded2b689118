import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { opening } from './scripts/opening.ts';

/** `base: './'`: the build must work from any folder. Packages are compiled as they ask; our own components use runes. */
export default defineConfig({
  base: './',
  plugins: [
    opening(),
    svelte({
      dynamicCompileOptions: ({ filename }) => (filename.includes('node_modules') ? undefined : { runes: true }),
    }),
  ],
  worker: { format: 'iife' },
  build: {
    target: 'es2022',
    rolldownOptions: {
      output: {
        codeSplitting: {
          // With all that it imports, but what is fetched later: one file instead of forty.
          groups: [{ name: 'first', test: /\/src\/app\/main\.ts$/, includeDependenciesRecursively: true }],
        },
      },
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**', 'node_modules/**'],
    environment: 'node',
    // Only a test that hangs runs into it: a busy machine is no failure.
    testTimeout: 600_000,
    hookTimeout: 180_000,
  },
});
