/** Paints messages: each shape once for a size and a theme, copied from then on. Knows no document, so that a worker can do it. */
import { messageColour, messageShapes, type MessageFamily } from '../marks/message-shapes.ts';

/** Colours as CSS writes them. */
export type Inks = Readonly<Record<'zk' | 'ink' | 'data' | 'stage', string>>;

export interface Ground {
  /** Pixels of the canvas. */
  readonly width: number;
  readonly height: number;
  /** Pixels that one unit of a shape takes. */
  readonly unit: number;
  readonly inks: Inks;
}

/** Of one message: which stamp it is, and where its middle lies, in pixels. */
export const NUMBERS = 3;

const families = Object.keys(messageShapes) as MessageFamily[];

/** Which stamp a message is: its family, whether it is an answer, whether it is dimmed. */
export const stampOf = (family: MessageFamily, response: boolean, dim: boolean): number => families.indexOf(family) * 4 + (response ? 2 : 0) + (dim ? 1 : 0);

/** Half the side of the square that a shape and its stroke fit in. */
const REACH = 8;

export class Painter {
  private readonly context: OffscreenCanvasRenderingContext2D;
  private ground: Ground | undefined;
  private stamps: ImageBitmap[] = [];
  private messages = new Float32Array(0);

  constructor(private readonly canvas: OffscreenCanvas) {
    this.context = canvas.getContext('2d')!;
  }

  prepare(ground: Ground): void {
    if (this.canvas.width !== ground.width || this.canvas.height !== ground.height) {
      this.canvas.width = ground.width;
      this.canvas.height = ground.height;
    }
    this.ground = ground;
    this.stamps = [];
    this.paint(this.messages);
  }

  /** `NUMBERS` for each message. */
  paint(messages: Float32Array<ArrayBuffer>): void {
    this.messages = messages;
    const { context, ground } = this;
    if (!ground) return;
    context.clearRect(0, 0, ground.width, ground.height);
    for (let at = 0; at < messages.length; at += NUMBERS) {
      const which = messages[at]!;
      const stamp = (this.stamps[which >> 1] ??= this.stamp(which, ground));
      context.globalAlpha = which % 2 === 1 ? 0.55 : 1;
      context.drawImage(stamp, messages[at + 1]! - stamp.width / 2, messages[at + 2]! - stamp.height / 2);
    }
  }

  private stamp(which: number, { unit, inks }: Ground): ImageBitmap {
    const family = families[which >> 2]!;
    const response = (which & 2) !== 0;
    const side = Math.ceil(2 * REACH * unit);
    const sheet = new OffscreenCanvas(side, side);
    const shape = messageShapes[family];
    const colour = inks[messageColour[family]];
    const context = sheet.getContext('2d')!;
    context.setTransform(unit, 0, 0, unit, side / 2, side / 2);
    context.lineWidth = 1.6;
    context.lineJoin = 'round';
    context.strokeStyle = colour;
    context.fillStyle = response ? colour : inks.stage;
    const body = new Path2D(shape.body);
    context.fill(body);
    context.stroke(body);
    if (shape.inner !== undefined) {
      context.fillStyle = context.strokeStyle = response ? inks.stage : colour;
      if (shape.innerFilled === true) context.fill(new Path2D(shape.inner));
      else context.stroke(new Path2D(shape.inner));
    }
    // Not the sheet itself: to copy from a canvas takes a picture of it each time.
    return sheet.transferToImageBitmap();
  }
}
