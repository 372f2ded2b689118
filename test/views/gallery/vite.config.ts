/** Serves the views on sample frames: `npx vite --config test/views/gallery/vite.config.ts`, then `/?view=partition&theme=dark&language=zh-CN`. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [svelte()],
  cacheDir: fileURLToPath(new URL('../../../node_modules/.vite-gallery', import.meta.url)),
  server: { host: '127.0.0.1', fs: { allow: ['../../..'] } },
});
