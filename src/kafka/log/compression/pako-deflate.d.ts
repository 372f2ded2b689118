/** The half of pako that compresses: the other half is not needed, and is large. */
declare module 'pako/lib/deflate.js' {
  export { Deflate } from 'pako';
}
