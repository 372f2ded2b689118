/** The painter beside the page: what hundreds of messages take to paint is not taken from what the page does in a picture. */
import { Painter, type Ground } from './painter.ts';

export type Order = { readonly canvas: OffscreenCanvas } | { readonly ground: Ground } | { readonly messages: Float32Array<ArrayBuffer> };

let painter: Painter | undefined;

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  if ('canvas' in data) painter = new Painter(data.canvas);
  else if ('ground' in data) painter?.prepare(data.ground);
  else painter?.paint(data.messages);
});
