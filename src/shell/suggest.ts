/** Whether two words differ by one letter: changed, left out, added, or changed places with its neighbour. */
export function isOneLetterOff(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  const restA = a.slice(from);
  const restB = b.slice(from);
  if (a.length === b.length) {
    if (restA.slice(1) === restB.slice(1)) return true;
    return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  }
  return a.length > b.length ? restA.slice(1) === restB : restB.slice(1) === restA;
}

/** The command that was probably meant. */
export function suggestion(word: string, known: readonly string[]): string | undefined {
  return word.length < 2 || word.length > 64 ? undefined : known.find((name) => /\w/.test(name) && isOneLetterOff(word, name));
}
