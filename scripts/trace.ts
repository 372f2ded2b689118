/** `npm run trace -- [--record] FILE…`: renders traces; exit code 1 where one differs from what it says, or cannot be run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { renderTrace, showDifference } from '../src/cluster/tracing.ts';
import { traceTerminals } from '../src/shell/trace-terminals.ts';

const args = process.argv.slice(2);
const isRecording = args.includes('--record');
const files = args.filter((arg) => arg !== '--record');
if (files.length === 0) {
  console.error('usage: npm run trace -- [--record] FILE…');
  process.exitCode = 2;
}
for (const file of files) {
  try {
    const before = readFileSync(file, 'utf8');
    const { text, differences } = renderTrace(before, file, traceTerminals);
    process.stdout.write(text);
    if (isRecording) {
      if (text !== before) writeFileSync(file, text);
    } else if (differences.length > 0) {
      process.exitCode = 1;
      console.error(differences.map((difference) => showDifference(difference, file)).join('\n\n'));
    }
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : String(error));
  }
}
