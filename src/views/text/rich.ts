/** Inline marks in a sentence: `` `code` ``, `**bold**`, `_emphasis_`. Nothing else; no HTML is ever read. */
export interface Piece {
  readonly kind: 'plain' | 'code' | 'bold' | 'emphasis';
  readonly text: string;
}

const MARK = /`([^`]+)`|\*\*([^*]+)\*\*|(?<![\p{L}\p{N}_])_([^_]+)_(?![\p{L}\p{N}_])/gu;

export function pieces(sentence: string): readonly Piece[] {
  const out: Piece[] = [];
  let from = 0;
  for (const match of sentence.matchAll(MARK)) {
    if (match.index > from) out.push({ kind: 'plain', text: sentence.slice(from, match.index) });
    const [whole, code, bold, emphasis] = match;
    if (code !== undefined) out.push({ kind: 'code', text: code });
    else if (bold !== undefined) out.push({ kind: 'bold', text: bold });
    else out.push({ kind: 'emphasis', text: emphasis ?? '' });
    from = match.index + whole.length;
  }
  if (from < sentence.length) out.push({ kind: 'plain', text: sentence.slice(from) });
  return out;
}

/** The sentence without its marks: for labels and the live region. */
export const plain = (sentence: string): string => pieces(sentence).map((piece) => piece.text).join('');
