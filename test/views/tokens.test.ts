import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Rgb = readonly [number, number, number];
type Tokens = Readonly<Record<string, Rgb>>;

const css = readFileSync(new URL('../../src/views/tokens.css', import.meta.url), 'utf8');

function tokens(theme: string): Tokens {
  const block = new RegExp(`:root\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  const out: Record<string, Rgb> = {};
  for (const [, name, hex] of block.matchAll(/--([\w-]+): #([0-9a-f]{6});/g)) {
    if (name && hex) out[name] = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Rgb;
  }
  return out;
}
const colour = (set: Tokens, name: string): Rgb => {
  const found = set[name];
  if (!found) throw new Error(`no token --${name}`);
  return found;
};
const linear = (c: Rgb): Rgb => c.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as unknown as Rgb;
const times = (m: readonly Rgb[], v: Rgb): Rgb => m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as unknown as Rgb;

/** WCAG 2 contrast. */
function contrast(a: Rgb, b: Rgb): number {
  const light = (c: Rgb): number => {
    const [r, g, bl] = linear(c);
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
/** Machado, Oliveira and Fernandes 2009, severity 1.0. */
const visions: Readonly<Record<string, readonly Rgb[]>> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
function oklab(rgb: Rgb): Rgb {
  const lms = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], rgb).map(Math.cbrt) as unknown as Rgb;
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], lms);
}
function distance(a: Rgb, b: Rgb, vision: readonly Rgb[]): number {
  const seen = (c: Rgb): Rgb => oklab(times(vision, linear(c)).map((v) => Math.min(1, Math.max(0, v))) as unknown as Rgb);
  const [p, q] = [seen(a), seen(b)];
  return 100 * Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

describe.each(['light', 'dark'])('the %s colours', (theme) => {
  const set = tokens(theme);
  const grounds = ['stage', 'paper', 'raised'];

  it.each(['ink', 'ink-2', 'ink-3', 'accent', 'fault', 'warn', 'zk', 'data'])('give text in %s a contrast of 4.5 on every ground', (name) => {
    for (const ground of grounds) expect(contrast(colour(set, name), colour(set, ground)), ground).toBeGreaterThanOrEqual(4.5);
  });
  it.each(['accent', 'fault', 'warn'])('give %s a contrast of 4.5 on its wash', (name) => {
    expect(contrast(colour(set, name), colour(set, `${name}-wash`))).toBeGreaterThanOrEqual(4.5);
  });
  it.each(['edge', 'e0', 'e1', 'e2', 'e3', 'e4'])('give marks in %s a contrast of 3 on every ground', (name) => {
    for (const ground of grounds) expect(contrast(colour(set, name), colour(set, ground)), ground).toBeGreaterThanOrEqual(3);
  });
  it.each(['e0', 'e1', 'e2', 'e3', 'e4', 'accent'])('give digits on %s a contrast of 4.5', (name) => {
    expect(contrast(colour(set, 'on'), colour(set, name))).toBeGreaterThanOrEqual(4.5);
  });
  it.each([
    ['meanings', ['ink', 'accent', 'fault', 'warn']],
    ['leader epochs', ['e0', 'e1', 'e2', 'e3', 'e4']],
    ['messages', ['ink', 'zk', 'data']],
  ])('are told apart within %s in every colour vision', (_, names) => {
    for (const [vision, matrix] of Object.entries(visions))
      for (const a of names) for (const b of names) if (a < b) expect(distance(colour(set, a), colour(set, b), matrix), `${vision}: ${a}, ${b}`).toBeGreaterThanOrEqual(8);
  });
});
