/** The page begins: language and theme as chosen before or as the browser wishes, then the first story. */
import { mount } from 'svelte';
import '../views/tokens.css';
import '../views/type.css';
import { language } from '../views/text/language.svelte.ts';
import { watchViewport } from '../views/layout/viewport.svelte.ts';
import App from './App.svelte';
import { firstOpening } from './opening.ts';
import { remembered } from './preferences.ts';

const preferences = remembered();
language.current = preferences.language;
document.documentElement.lang = preferences.language;
document.documentElement.dataset['theme'] = preferences.theme;
watchViewport(window);

const target = document.getElementById('app');
// Not awaited here: what boots imports from the file that this module is in, and would wait for it.
void firstOpening().then((history) => {
  // What the page gives out to whoever wants to compare it, a test or a person at the console: it only reads.
  if (target) Object.assign(window, { kafkaClusterLab: { hash: mount(App, { target, props: { history } }).worldHash } });
});
