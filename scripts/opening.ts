/** Vite plugin: boots the first story while the page is built, and puts its opening beside it as a file (`virtual:opening` is its address). */
import { fileURLToPath } from 'node:url';
import { runnerImport, type Plugin } from 'vite';
import type * as Saving from '../src/app/save-opening.ts';

const ID = 'virtual:opening';
const MODULE = fileURLToPath(new URL('../src/app/save-opening.ts', import.meta.url));
const NAME = 'opening.json';
const SERVED = `/@${NAME}`;

async function save(): Promise<string> {
  const { module } = await runnerImport<typeof Saving>(MODULE, { configFile: false, logLevel: 'error' });
  return module.savedOpening();
}

export function opening(): Plugin {
  let isBuild = false;
  let saved: Promise<string> | undefined;
  return {
    name: 'opening',
    configResolved(config) {
      isBuild = config.command === 'build';
    },
    /** Before anything is bundled: beside that, on a machine with little to spare, the modules it asks for come too late. */
    async buildStart() {
      if (isBuild) await (saved = save());
    },
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    async load(id) {
      if (id !== `\0${ID}`) return undefined;
      if (!isBuild) return `export default ${JSON.stringify(SERVED)};`;
      const file = this.emitFile({ type: 'asset', name: NAME, source: await saved! });
      return `export default import.meta.ROLLUP_FILE_URL_${file};`;
    },
    configureServer(server) {
      server.middlewares.use(SERVED, (_request, response, next) => {
        save().then((text) => {
          response.setHeader('content-type', 'application/json');
          response.end(text);
        }, next);
      });
    },
    /** It is asked for together with the scripts, not after them. */
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const file = Object.values(bundle ?? {}).find((one) => one.type === 'asset' && one.names.includes(NAME));
        return file === undefined ? [] : [{ tag: 'link', attrs: { rel: 'preload', as: 'fetch', crossorigin: true, href: `./${file.fileName}` }, injectTo: 'head' }];
      },
    },
  };
}
