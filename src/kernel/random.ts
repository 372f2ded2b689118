/** The generator as a value inside the world (sfc32: 128 bits of state, passes PractRand): rewinding a world rewinds chance. */
export type RandomState = readonly [number, number, number, number];

export function seedRandom(seed: number): RandomState {
  // splitmix32 spreads a small seed over the whole state.
  let s = seed | 0;
  const next = (): number => {
    s = (s + 0x9e3779b9) | 0;
    let t = s ^ (s >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return (t ^ (t >>> 15)) >>> 0;
  };
  return [next(), next(), next(), 1];
}

/** A mutable cursor over the state, used during one turn and read back at its end. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private drawn = false;

  constructor(private origin: RandomState) {
    [this.a, this.b, this.c, this.d] = origin;
  }

  reset(origin: RandomState): void {
    this.origin = origin;
    this.a = origin[0];
    this.b = origin[1];
    this.c = origin[2];
    this.d = origin[3];
    this.drawn = false;
  }

  uint32(): number {
    this.drawn = true;
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** [0, 1) */
  float(): number {
    return this.uint32() / 4294967296;
  }

  /** Integer, both ends included. */
  int(min: number, max: number): number {
    return max <= min ? min : min + Math.floor(this.float() * (max - min + 1));
  }

  get state(): RandomState {
    return this.drawn ? [this.a, this.b, this.c, this.d] : this.origin;
  }
}
