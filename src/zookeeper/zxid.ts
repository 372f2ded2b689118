/**
 * Transaction ids. A zxid is 64 bits, epoch in the upper and counter in the lower 32; here it is a plain number,
 * `epoch * 2^32 + counter`, exact for epochs below 2^20. Order of numbers is order of zxids.
 */
export type Zxid = number;

export const NO_ZXID: Zxid = 0;
export const MAX_COUNTER = 0xffff_ffff;
const EPOCH_UNIT = 0x1_0000_0000;

export function makeZxid(epoch: number, counter: number): Zxid {
  return epoch * EPOCH_UNIT + counter;
}

export function epochOf(zxid: Zxid): number {
  return Math.floor(zxid / EPOCH_UNIT);
}

export function counterOf(zxid: Zxid): number {
  return zxid % EPOCH_UNIT;
}

/** As ZooKeeper prints it: `0x100000002`, without padding; `0x0` for none; −1 as its two's complement. */
export function formatZxid(zxid: Zxid): string {
  if (zxid === -1) return '0xffffffffffffffff';
  return '0x' + zxid.toString(16);
}
