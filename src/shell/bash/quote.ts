/** Words as text that a shell reads as the same words. */

const safe = /^[\w.,:=/+@%-]+$/;

export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** As a tool or `set -x` shows a word: between quotes only where a shell would take it for something else. */
export const shown = (word: string): string => (safe.test(word) ? word : word.includes("'") && !/["$`\\]/.test(word) ? `"${word}"` : quoted(word));

/** As `set -x` shows it. */
export const traced = (word: string): string => (word === '' ? "''" : /[^\w.,:=/+@%{}^~-]/.test(word) ? quoted(word) : word);
