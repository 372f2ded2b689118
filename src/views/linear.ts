/** A straight scale between two pairs of numbers, both ways. d3's scaleLinear does the same and brings colours, dates and formats along. */

export interface Linear {
  (value: number): number;
  invert(pixels: number): number;
}

export function linear([from, to]: readonly [number, number], [left, right]: readonly [number, number]): Linear {
  const between = (begin: number, end: number, share: number): number => begin * (1 - share) + end * share;
  return Object.assign((value: number) => between(left, right, (value - from) / (to - from)), {
    invert: (pixels: number) => between(from, to, (pixels - left) / (right - left)),
  });
}
