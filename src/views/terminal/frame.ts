/** A terminal as the view sees it: what stands on its screen, oldest first, and who reads what is typed. */
export interface TerminalPiece {
  readonly stream: 'stdout' | 'stderr' | 'prompt' | 'typed';
  readonly text: string;
}

export interface TerminalFrame {
  /** The shell's process: `host`, `laptop`. */
  readonly id: string;
  /** The newest pieces. A piece that stays is the same object from frame to frame. */
  readonly pieces: readonly TerminalPiece[];
  /** How many pieces came before these. */
  readonly before: number;
  /** Oldest first. */
  readonly history: readonly string[];
}

/** What somebody does at a terminal. */
export type TerminalWish =
  | { readonly type: 'type'; readonly text: string }
  | { readonly type: 'key'; readonly key: 'C-c' | 'C-d' | 'C-l' | 'C-z' };

/** What `Tab` found: the whole word if there is one, and all that would fit. */
export interface Completion {
  /** Put in place of the word before the cursor. */
  readonly word: string;
  readonly choices: readonly string[];
}
