import type { ActionFrame, Verb } from '../frame.ts';
import { text } from './text.ts';

/** An action in words, in the current language. Every verb has words, or this does not compile. */
export function actionWords(action: ActionFrame): string {
  const words: { readonly [V in Verb]: (object: string) => string } = text.verb;
  return words[action.verb](action.object ?? '');
}
