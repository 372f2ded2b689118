/** Dotted addresses, and the subnets they lie in: `172.19.0.0/16` is all that begins with the same 16 bits. */
const PARTS = 4;
const BITS = 32;

export function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function addressOf(number: number): string {
  const parts: number[] = [];
  for (let rest = number; parts.length < PARTS; rest = Math.floor(rest / 256)) parts.unshift(rest % 256);
  return parts.join('.');
}

export function isAddress(text: string): boolean {
  const parts = text.split('.');
  return parts.length === PARTS && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

export interface Subnet {
  /** Its first and its last address, as numbers: the network itself, and its broadcast. */
  readonly first: number;
  readonly last: number;
  readonly prefixLength: number;
}

/** Undefined: it is none. What stands behind the prefix does not count (RFC 4632). */
export function subnetOf(cidr: string): Subnet | undefined {
  const [address = '', length = '', ...more] = cidr.split('/');
  const prefixLength = Number(length);
  if (more.length > 0 || !isAddress(address) || !/^\d{1,2}$/.test(length) || prefixLength > BITS) return undefined;
  const size = 2 ** (BITS - prefixLength);
  const first = Math.floor(numberOf(address) / size) * size;
  return { first, last: first + size - 1, prefixLength };
}

export function isWithin(address: string, { first, last }: Subnet): boolean {
  const number = numberOf(address);
  return number >= first && number <= last;
}
