/**
 * Times, causes and processes of all items of a branch, in columns: there are millions of them. Chunks that are full are kept
 * in the narrowest numbers that hold them, and branches share them.
 */
import { NO_CAUSE, type ItemId } from './agenda.ts';
import { assert } from './assert.ts';
import type { Micros } from './program.ts';
import type { ItemRecord } from './world.ts';

const CHUNK = 4_096;

type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

interface Chunk {
  /** Time of the chunk's first item; `after` counts from it. */
  readonly begin: Micros;
  readonly after: Numbers;
  /** How many items back the cause lies; 0: there is none. */
  readonly back: Numbers;
  /** Index of the process plus one. */
  readonly process: Numbers;
}

function narrowest(numbers: Numbers): Numbers {
  let largest = 0;
  for (const number of numbers) if (number > largest) largest = number;
  return largest < 2 ** 8 ? new Uint8Array(numbers) : largest < 2 ** 16 ? new Uint16Array(numbers) : largest < 2 ** 32 ? new Uint32Array(numbers) : numbers;
}

export class ItemLog {
  private chunks: Chunk[] = [];
  private length = 0;

  constructor(private readonly firstItem: ItemId) {}

  /** Number of the next item that will be noted. */
  get head(): ItemId {
    return this.firstItem + this.length;
  }

  note({ id, at, cause, process }: Pick<ItemRecord, 'id' | 'at' | 'cause' | 'process'>): void {
    assert(id === this.head, `item ${id} was noted instead of ${this.head}`);
    const offset = this.length % CHUNK;
    if (offset === 0) {
      this.chunks.push({ begin: at, after: new Float64Array(CHUNK), back: new Uint32Array(CHUNK), process: new Uint16Array(CHUNK) });
    }
    const chunk = this.chunks[this.chunks.length - 1]!;
    chunk.after[offset] = at - chunk.begin;
    chunk.back[offset] = cause === NO_CAUSE ? 0 : id - cause;
    chunk.process[offset] = process + 1;
    this.length++;
    if (this.length % CHUNK === 0) {
      const { begin, after, back } = chunk;
      this.chunks[this.chunks.length - 1] = { begin, after: narrowest(after), back: narrowest(back), process: narrowest(chunk.process) };
    }
  }

  timeOf(item: ItemId): Micros {
    const chunk = this.chunkOf(item);
    return chunk.begin + chunk.after[(item - this.firstItem) % CHUNK]!;
  }

  /** The item that asked for this one; −1: nobody inside. */
  causeOf(item: ItemId): ItemId {
    const back = this.chunkOf(item).back[(item - this.firstItem) % CHUNK]!;
    return back === 0 ? NO_CAUSE : item - back;
  }

  processOf(item: ItemId): number {
    return this.chunkOf(item).process[(item - this.firstItem) % CHUNK]! - 1;
  }

  /** The first noted item later than a moment. */
  firstAfter(at: Micros): ItemId {
    let low = this.firstItem;
    let high = this.head;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeOf(middle) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** A log of its own with what comes before an item. */
  before(item: ItemId): ItemLog {
    const log = new ItemLog(this.firstItem);
    log.length = item - this.firstItem;
    log.chunks = this.chunks.slice(0, Math.ceil(log.length / CHUNK));
    const rest = log.length % CHUNK;
    if (rest > 0) {
      const { begin, after, back, process } = log.chunks[log.chunks.length - 1]!;
      const own: Chunk = { begin, after: new Float64Array(CHUNK), back: new Uint32Array(CHUNK), process: new Uint16Array(CHUNK) };
      own.after.set(after.subarray(0, rest));
      own.back.set(back.subarray(0, rest));
      own.process.set(process.subarray(0, rest));
      log.chunks[log.chunks.length - 1] = own;
    }
    return log;
  }

  private chunkOf(item: ItemId): Chunk {
    assert(item >= this.firstItem && item < this.head, `item ${item} was not computed`);
    return this.chunks[Math.floor((item - this.firstItem) / CHUNK)]!;
  }
}
