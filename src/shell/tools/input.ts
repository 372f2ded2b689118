/** Standard input as a Java program reads it, line by line (`BufferedReader.readLine`). */
import type { Message } from '../../kernel/program.ts';

/** What a terminal, or the command before a pipe, sends to the process that reads. */
export type InputCommand = (Message & { readonly type: 'input'; readonly text: string }) | (Message & { readonly type: 'endOfInput' });

export interface Input {
  /** What has come and was not read. */
  readonly text: string;
  readonly hasEnded: boolean;
}

export const NO_INPUT: Input = { text: '', hasEnded: false };

export function feed(input: Input, command: InputCommand): Input {
  return command.type === 'input' ? { ...input, text: input.text + command.text } : { ...input, hasEnded: true };
}

/** The next line, null at the end; undefined: it has to be waited for. A last line needs no newline. */
export function readLine(input: Input): { readonly line: string | null; readonly input: Input } | undefined {
  const end = input.text.search(/\r?\n/);
  if (end >= 0) return { line: input.text.slice(0, end), input: { ...input, text: input.text.slice(input.text.indexOf('\n', end) + 1) } };
  if (!input.hasEnded) return undefined;
  return input.text === '' ? { line: null, input } : { line: input.text, input: { ...input, text: '' } };
}
