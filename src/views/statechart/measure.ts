/** Sizes of the parts of a statechart, in pixels: the layout script and the drawing must agree on them. */
import { labelText, type ChartEdge, type ChartNode } from './graph.ts';

/** Mono is 600 units wide at every weight: one character at 12 and at 11 px. */
export const NAME_CHAR = 7.2;
export const LABEL_CHAR = 6.6;
export const LINE = 14;
/** Room over the children of a compound state for its name. */
export const HEAD = 30;
export const PAD = 14;

/** Long labels break before the guard, so that a line stays short. */
export function labelLines(edge: Pick<ChartEdge, 'transitions'>): readonly { readonly text: string; readonly index: number }[] {
  const lines: { text: string; index: number }[] = [];
  edge.transitions.forEach((transition, index) => {
    const whole = labelText(transition);
    const cut = whole.indexOf(' [');
    if (whole.length > 24 && cut > 0) lines.push({ text: whole.slice(0, cut), index }, { text: whole.slice(cut + 1), index });
    else lines.push({ text: whole, index });
  });
  return lines;
}

export function labelSize(edge: Pick<ChartEdge, 'transitions'>): { readonly width: number; readonly height: number } {
  const lines = labelLines(edge);
  return { width: Math.ceil(Math.max(...lines.map((line) => line.text.length)) * LABEL_CHAR) + 8, height: lines.length * LINE + 4 };
}

/** Lines inside a box, wrapped at the action list. */
export function insideLines(node: ChartNode): readonly string[] {
  return node.inside.flatMap((line) => {
    const cut = line.indexOf(' / ');
    return line.length > 26 && cut > 0 ? [line.slice(0, cut), `  ${line.slice(cut + 1)}`] : [line];
  });
}

/** Smallest size of a state's box; a compound state grows around its children. */
export function boxSize(node: ChartNode): { readonly width: number; readonly height: number } {
  const lines = insideLines(node);
  const name = node.name.length * NAME_CHAR + 24;
  const inside = lines.length === 0 ? 0 : Math.max(...lines.map((line) => line.length)) * LABEL_CHAR + 20;
  return { width: Math.ceil(Math.max(52, name, inside)), height: lines.length === 0 ? 32 : 32 + lines.length * LINE + 8 };
}
