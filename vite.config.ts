import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { opening } from './scripts/opening.ts';

/** What the page's entry imports, itself or by others, but what is fetched later: one file instead of forty. */
function importedFirst({ getModuleInfo }: { getModuleInfo: (id: string) => { readonly importedIds: readonly string[] } | null }): ReadonlySet<string> {
  const found = new Set([fileURLToPath(new URL('src/app/main.ts', import.meta.url))]);
  for (const id of found) for (const one of getModuleInfo(id)?.importedIds ?? []) found.add(one);
  return found;
}
let first: ReadonlySet<string> | undefined;

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
          groups: [{ debugName: 'first', name: (id, context) => ((first ??= importedFirst({ getModuleInfo: (one) => context.getModuleInfo(one) })).has(id) ? 'first' : null) }],
        },
      },
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**', 'node_modules/**'],
    environment: 'node',
    // Only a test that hangs runs into it: a busy machine is no failure.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
