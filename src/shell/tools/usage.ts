/**
 * The table of options that a tool prints to standard error (jopt-simple's `BuiltinHelpFormatter` 5.0.4 with 80 columns). Layout and
 * order are the real ones; the descriptions are this project's words and shorter.
 */
import type { OptionSpec } from './options.ts';

const OVERALL_WIDTH = 80;
const GAP = 2;
const INDENT = '  ';

type Row = readonly [option: string, description: string];

function optionText({ name, argument }: OptionSpec): string {
  const option = `${name.length > 1 ? '--' : '-'}${name}`;
  if (!argument) return option;
  const kind = argument.describedAs === undefined ? argument.type : `${argument.type}: ${argument.describedAs}`;
  return argument.isOptional ? `${option} [${kind}]` : `${option} <${kind}>`;
}

function descriptionText({ description = '', argument }: OptionSpec): string {
  return argument?.defaultsTo === undefined ? description : `${description} (default: ${argument.defaultsTo})`.trim();
}

/** Words keep their spaces and hyphens; a piece that would be too long ends before its last word, and the next is indented. */
function pieces(text: string, width: number): readonly string[] {
  const result: string[] = [];
  for (const line of text.trim().split('\n')) {
    let piece = '';
    for (const word of line.match(/[^\s-]*(?:-(?=\S))?(?:-*\s+|-+$)?/g)?.filter((one) => one !== '') ?? []) {
      if (piece.length + word.length > width) {
        result.push(piece.trimEnd());
        piece = INDENT + word;
      } else piece += word;
    }
    if (piece !== '') result.push(piece);
  }
  return result;
}

const widest = (rows: readonly Row[], column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length));

function widths(rows: readonly Row[]): readonly [number, number] {
  const option = Math.min((OVERALL_WIDTH - GAP) / 2, widest(rows, 0));
  return [option, Math.min(OVERALL_WIDTH - option - GAP, widest(rows, 1))];
}

/** Every line with its newline. */
export function usageTable(specs: readonly OptionSpec[]): string {
  const sorted = [...specs].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows: readonly Row[] = [['Option', 'Description'], ['------', '-----------'], ...sorted.map((spec): Row => [optionText(spec), descriptionText(spec)])];
  const [optionWidth, descriptionWidth] = widths(rows);
  const fitted = rows.flatMap(([option, description]): Row[] => {
    const left = pieces(option, optionWidth);
    const right = pieces(description, descriptionWidth);
    return Array.from({ length: Math.max(left.length, right.length) }, (_, i) => [left[i] ?? '', right[i] ?? '']);
  });
  const [left, right] = widths(fitted);
  return fitted.map(([option, description]) => `${option.padEnd(left)}${' '.repeat(GAP)}${description.padEnd(right)}\n`).join('');
}
