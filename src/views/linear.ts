/** A straight scale between two pairs of numbers, both ways. d3's scaleLinear does the same and brings colours, dates and formats along. */
import { interpolateNumber } from 'd3';

export interface Linear {
  (value: number): number;
  invert(pixels: number): number;
}

export function linear([from, to]: readonly [number, number], [left, right]: readonly [number, number]): Linear {
  const there = interpolateNumber(left, right);
  const back = interpolateNumber(from, to);
  return Object.assign((value: number) => there((value - from) / (to - from)), { invert: (pixels: number) => back((pixels - left) / (right - left)) });
}
