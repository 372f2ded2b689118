/** A tutorial as the guide shows it: chapters of blocks, in the current language; a chapter that is closed has none. Sentences are rich. */
import type { ThingId } from '../frame.ts';

export interface CommandFrame {
  readonly id: string;
  readonly lines: string;
  /** The machine or container whose shell reads it, or the program that does. */
  readonly where: string;
  /** `here`: the next one. `late`: it was run, and what it is for did not come about. */
  readonly state: 'todo' | 'here' | 'busy' | 'done' | 'late';
  /** The end of what was printed since it was run. */
  readonly seen?: string;
  /** It runs, but time stands still. */
  readonly isHeld?: boolean;
}

export type BlockFrame = { readonly things: readonly ThingId[] } & (
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'terms'; readonly terms: readonly (readonly [term: string, meaning: string])[] }
  | { readonly type: 'command'; readonly text?: string; readonly command: CommandFrame }
  | {
      readonly type: 'mistake';
      readonly number: string;
      readonly says: string;
      readonly is: string;
      readonly command?: CommandFrame;
      /** The chapter that shows it. */
      readonly see?: { readonly chapter: string; readonly title: string };
    }
  | { readonly type: 'picture'; readonly picture: 'zooServers' | 'listeners' }
);

export interface ChapterFrame {
  readonly id: string;
  readonly title: string;
  /** Commands whose effect shows, of all. */
  readonly done: number;
  readonly of: number;
  readonly isOpen: boolean;
  readonly isHere: boolean;
  readonly blocks: readonly BlockFrame[];
}

export interface DocumentFrame {
  readonly kind: 'document';
  readonly title: string;
  readonly minutes: number;
  readonly intro: string;
  readonly chapters: readonly ChapterFrame[];
  /** The command that comes next, for a caption and a button elsewhere; undefined: all was done. */
  readonly here: CommandFrame | undefined;
  /** Chapters before the one that was jumped to are being run. */
  readonly jump?: { readonly title: string; readonly done: number; readonly of: number };
}
