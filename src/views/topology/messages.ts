/** Which messages are on their way at a moment, where they are, and which of their names can be written without touching another. */
import type { Micros } from '../../kernel/program.ts';
import type { ChatterShown, MessageFrame } from '../frame.ts';
import { along, lengthOf, type Route, type StageLayout } from './layout.ts';

export interface Moving {
  readonly message: MessageFrame;
  readonly x: number;
  readonly y: number;
  readonly dim: boolean;
  /** Where it goes, in degrees clockwise from the right. */
  readonly heading: number;
  readonly label?: { readonly x: number; readonly y: number; readonly text: string };
}

/** Ways are asked for again in every picture, and stay the same as long as the layout. */
const routes = new WeakMap<StageLayout, Map<string, { readonly route: Route; readonly length: number }>>();

function routeOf(layout: StageLayout, message: MessageFrame): { readonly route: Route; readonly length: number } {
  let known = routes.get(layout);
  if (!known) routes.set(layout, (known = new Map()));
  const control = message.family === 'control';
  const key = `${message.from} ${message.to}${control ? ' control' : ''}`;
  let found = known.get(key);
  if (!found) {
    const route = layout.route(message.from, message.to, control);
    known.set(key, (found = { route, length: lengthOf(route) }));
  }
  return found;
}

/** More than this many are drawn on the canvas, without names. */
export const SVG_MESSAGES = 80;

export function moving(
  messages: readonly MessageFrame[],
  layout: StageLayout,
  now: Micros,
  chatter: ChatterShown,
  /** Reduced motion: a message stands at the middle of its way. */
  still = false,
): readonly Moving[] {
  const out: Moving[] = [];
  const taken: { x: number; y: number; width: number }[] = [];
  const many = messages.length > SVG_MESSAGES;
  for (const message of messages) {
    if (message.sentAt > now || message.dueAt <= now || (message.chatter && chatter === 'hidden')) continue;
    const { route, length } = routeOf(layout, message);
    if (route.length < 2) continue;
    const span = message.dueAt - message.sentAt;
    const at = along(route, still || span <= 0 ? 0.5 : (now - message.sentAt) / span, length);
    const dim = message.chatter && chatter === 'dimmed';
    let label: Moving['label'];
    if (!many && !layout.compact && length > 36) {
      const text = message.detail === undefined ? message.name : `${message.name}: ${message.detail}`;
      const x = at.vertical ? at.x + 12 : at.x + 10;
      const y = at.vertical ? at.y + 4 : at.y + (at.y < layout.network.y + layout.network.height ? 13 : 17);
      const width = text.length * 6.7;
      const free = taken.every((other) => Math.abs(other.y - y) > 12 || x > other.x + other.width || x + width < other.x);
      if (free && x + width < layout.width - 10) {
        label = { x, y, text };
        taken.push({ x, y, width });
      }
    }
    out.push({ message, x: at.x, y: at.y, dim, heading: at.heading, ...(label ? { label } : {}) });
  }
  return out;
}
