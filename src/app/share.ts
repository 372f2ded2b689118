/**
 * A shared moment as text for the address: `#1.` and deflated JSON in base64url. Whoever reads one trusts nothing: too long is
 * refused before anything is unpacked, and unpacking stops at the limit. Replaying gives exactly the world that was shared, or says why not.
 */
import { refusal } from '../cluster/actions.ts';
import { readShared, SHARE_VERSION, type Shared, type ShareProblem } from '../cluster/share.ts';
import { openScenario } from './open.ts';
import type { ClusterHistory, Programs, Story } from './story.ts';

/** Longest text that is looked at, and most characters it may unpack to. */
export const LONGEST_TEXT = 200_000;
export const LONGEST_JSON = 4_000_000;

export type LinkProblem =
  | { readonly type: 'tooLong'; readonly length: number; readonly max: number }
  | { readonly type: 'version'; readonly found: string; readonly known: number }
  /** Not base64url, cut off, not deflated, or not JSON. */
  | { readonly type: 'damaged' }
  | { readonly type: 'unpacksTooLong'; readonly max: number }
  | { readonly type: 'field'; readonly problem: ShareProblem }
  /** An act that the world does not get to, or that means nothing there. */
  | { readonly type: 'doesNotFit'; readonly act: number }
  | { readonly type: 'playhead' };

export type Opened<Value> = { readonly ok: Value } | { readonly problem: LinkProblem };

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream, max: number): Promise<Uint8Array | undefined> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > max) {
      // Nobody waits for it to end: a small text can unpack to more than there is memory.
      reader.cancel().catch(() => undefined);
      return undefined;
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The part of an address that stands after its `#`. */
export async function encodeShared(shared: Shared): Promise<string> {
  const packed = (await through(new TextEncoder().encode(JSON.stringify(shared)), new CompressionStream('deflate-raw'), Infinity))!;
  let binary = '';
  for (const byte of packed) binary += String.fromCharCode(byte);
  return `${SHARE_VERSION}.${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

export async function decodeShared(text: string, scenarios: readonly string[]): Promise<Opened<Shared>> {
  if (text.length > LONGEST_TEXT) return { problem: { type: 'tooLong', length: text.length, max: LONGEST_TEXT } };
  const dot = text.indexOf('.');
  const version = text.slice(0, Math.max(0, dot));
  if (version !== String(SHARE_VERSION)) {
    return { problem: /^[0-9]{1,9}$/.test(version) ? { type: 'version', found: version, known: SHARE_VERSION } : { type: 'damaged' } };
  }
  const body = text.slice(dot + 1);
  if (!/^[A-Za-z0-9_-]+$/.test(body)) return { problem: { type: 'damaged' } };
  let json: unknown;
  try {
    const binary = atob(body.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    const unpacked = await through(bytes, new DecompressionStream('deflate-raw'), LONGEST_JSON);
    if (!unpacked) return { problem: { type: 'unpacksTooLong', max: LONGEST_JSON } };
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(unpacked)) as unknown;
  } catch {
    return { problem: { type: 'damaged' } };
  }
  const read = readShared(json, scenarios);
  return 'ok' in read ? read : { problem: { type: 'field', problem: read.problem } };
}

/** Brings a shared history back in pieces, so that the page stays alive meanwhile. */
export class Replay {
  readonly history: ClusterHistory;
  readonly bootActs: ClusterHistory['acts'];
  readonly openedAt: number;
  private next = 0;

  constructor(
    readonly scenario: Story,
    readonly shared: Shared,
    /** What terminals need, if acts are typed there. */
    programs?: Programs,
  ) {
    this.history = openScenario(scenario, shared.seed);
    if (programs && !scenario.beginning) this.history.extend(programs);
    this.bootActs = [...this.history.acts];
    this.openedAt = this.history.now;
  }

  /** How far it is, 0 to 1. */
  get share(): number {
    const { history, shared, openedAt } = this;
    const last = Math.max(shared.at, shared.acts.at(-1)?.at ?? 0);
    return last <= openedAt ? 1 : Math.min(1, Math.max(0, (history.now - openedAt) / (last - openedAt)));
  }

  /** Handles at most so many items. */
  advance(maxItems: number): 'running' | 'done' | LinkProblem {
    const { history, shared } = this;
    for (let left = maxItems; ; ) {
      const act = shared.acts[this.next];
      // After the last act the future is run as far as the playhead stood, or its steps went.
      const last = shared.steps.reduce((latest, step) => (step.isHere ? Math.max(latest, step.doneAt) : latest), shared.at);
      if (!act) {
        if (!history.runTo(last, left)) return 'running';
        return this.placePlayhead();
      }
      const misfit: LinkProblem = { type: 'doesNotFit', act: this.next };
      // Somebody went back to before the story opened, and acted there.
      if (act.item < history.item && this.next === 0) history.seekItem(act.item);
      while (history.item < act.item) {
        if (left-- <= 0) return 'running';
        const due = history.nextAt();
        if (due === undefined || due > act.at) return misfit;
        history.step();
      }
      if (history.now < act.at) history.runTo(act.at, 0);
      if (history.item !== act.item || history.now !== act.at) return misfit;
      if (refusal(history.world, act.action) !== undefined || history.act(act.action) !== act.item) return misfit;
      this.next++;
    }
  }

  private placePlayhead(): 'done' | LinkProblem {
    const { history, shared } = this;
    if (shared.at < history.beginMicros || shared.item > history.head) return { type: 'playhead' };
    // Several items can fall on one moment: the playhead may stand between them.
    history.seekItem(shared.item, shared.at);
    return history.item === shared.item && history.now <= shared.at ? 'done' : { type: 'playhead' };
  }
}
