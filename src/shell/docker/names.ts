/** A name for a container that got none: an adjective and somebody worth remembering, as Docker does it. */
import type { Context } from '../command.ts';

const LEFT = ['admiring', 'bold', 'clever', 'eager', 'gallant', 'happy', 'keen', 'loving', 'modest', 'quirky', 'serene', 'vibrant'];
const RIGHT = ['curie', 'darwin', 'euler', 'hopper', 'kepler', 'lamport', 'lovelace', 'noether', 'pascal', 'ritchie', 'shannon', 'turing'];

export function randomName(context: Context): string {
  const one = (words: readonly string[]): string => words[Math.floor(context.random() * words.length)]!;
  return `${one(LEFT)}_${one(RIGHT)}`;
}
