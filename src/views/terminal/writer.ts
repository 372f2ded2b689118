/**
 * Gives a terminal emulator what it has to show, a piece before each picture: it takes in everything it is given as soon as it can, and
 * ten thousand lines at once would hold up the page for many pictures.
 */
import { RESET } from './layout.ts';

/** What is taken in and drawn well within a picture's time: the emulator's work goes by rows more than by characters. */
const PIECE_LINES = 64;
const PIECE_CHARACTERS = 8_192;

export class Writer {
  private waiting = '';

  constructor(
    private readonly give: (bytes: string) => void,
    /** Does some work before the next picture. */
    private readonly soon: (work: () => void) => void,
  ) {}

  write(bytes: string): void {
    const isBusy = this.waiting !== '';
    // Nobody sees any more what came before a new screen.
    this.waiting = bytes.includes(RESET) ? bytes : this.waiting + bytes;
    if (!isBusy) this.next();
  }

  private next(): void {
    const { waiting } = this;
    const end = endOfPiece(waiting);
    this.waiting = waiting.slice(end);
    this.give(waiting.slice(0, end));
    if (this.waiting !== '') this.soon(() => this.next());
  }
}

function endOfPiece(text: string): number {
  let end = 0;
  for (let lines = 0; lines < PIECE_LINES; lines++) {
    const next = text.indexOf('\n', end) + 1;
    if (next === 0 || next > PIECE_CHARACTERS) return PIECE_CHARACTERS;
    end = next;
  }
  return end;
}
