/**
 * Texts in both languages. `defineText({ en: {…}, 'zh-CN': {…} })` gives one object with the same keys, which reads the
 * current language each time it is asked, so that a template that uses it is written anew when the language changes.
 * A value is a sentence, a function of named things to a sentence, or a group of such. A key, or an argument of a
 * function, that one of the languages lacks does not compile.
 */
import { language } from './language.svelte.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the bound of all parameter lists
export type Sentence = string | ((...given: any[]) => string);
/** Rows of sentences: a table of keys and what they do. Both languages may order and count them as they like. */
export type Rows = readonly (readonly [string, string])[];
export type Texts = { readonly [key: string]: Sentence | Texts | Rows };

/** What the second language must look like, given the first. */
type Like<T> = {
  readonly [K in keyof T]: T[K] extends (...given: infer P) => string ? (...given: P) => string : T[K] extends string ? string : T[K] extends Rows ? Rows : Like<T[K]>;
};
/** `unknown` where both take the same number of arguments and have the same keys; otherwise the key becomes `never`. */
type Same<T, U> = {
  readonly [K in keyof U]: K extends keyof T
    ? T[K] extends (...given: infer P) => string
      ? U[K] extends (...given: infer Q) => string
        ? P['length'] extends Q['length']
          ? unknown
          : never
        : never
      : T[K] extends string | Rows
        ? unknown
        : Same<T[K], U[K]>
    : never;
};

export function defineText<const E extends Texts, const Z extends Like<E>>(texts: {
  readonly en: E;
  readonly 'zh-CN': Z & Same<E, Z>;
}): Like<E> {
  return reader(() => texts[language.current] as Texts, texts.en) as Like<E>;
}

function reader(read: () => Texts, shape: Texts): Texts {
  const object: Record<string, Sentence | Texts | Rows> = {};
  for (const key of Object.keys(shape)) {
    const value = shape[key];
    if (typeof value === 'object' && !isRows(value)) object[key] = reader(() => read()[key] as Texts, value);
    else Object.defineProperty(object, key, { enumerable: true, get: () => read()[key] });
  }
  return object;
}

const isRows = (value: Texts | Rows): value is Rows => Array.isArray(value);
