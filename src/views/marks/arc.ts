/** Path data of what is left of a timer: a ring that drains clockwise from twelve. `left` is 0 … 1. */
export function arcLeft(x: number, y: number, radius: number, left: number): string {
  const rest = Math.min(0.9999, Math.max(0, left));
  if (rest === 0) return '';
  return `M${point(x, y, radius, 1 - rest)}A${radius} ${radius} 0 ${rest > 0.5 ? 1 : 0} 1 ${point(x, y, radius, 0.9999)}`;
}

const point = (x: number, y: number, radius: number, turn: number): string =>
  `${(x + radius * Math.sin(2 * Math.PI * turn)).toFixed(2)} ${(y - radius * Math.cos(2 * Math.PI * turn)).toFixed(2)}`;
