/** `npm run fuzz -- SEED [--count N] [-v]`: runs seeds SEED … SEED + N − 1; exit code 1 where a promise was broken. */
import { fuzz } from '../src/cluster/fuzz.ts';

const args = process.argv.slice(2);
const first = Number(args[0] ?? '1');
const counted = args.indexOf('--count');
const count = counted < 0 ? 1 : Number(args[counted + 1]);
if (!Number.isInteger(first) || first < 0 || !Number.isInteger(count) || count < 1) {
  console.error('usage: npm run fuzz -- SEED [--count N] [-v]');
  process.exit(2);
}
let wrong = 0;
for (let seed = first; seed < first + count; seed++) {
  const { violation, atMs, phase, items, acked, deeds } = fuzz(seed);
  if (args.includes('-v')) console.log(deeds.join('\n'));
  if (violation === null) {
    if (count <= 20) console.log(`seed ${seed}: ${items} items, ${acked} records acknowledged, ${(atMs / 1_000).toFixed(3)} s simulated`);
    continue;
  }
  wrong++;
  console.log(`seed ${seed} at ${(atMs / 1_000).toFixed(3)} s (${phase}): ${violation.name}: ${violation.violation}`);
  console.log(`  replay: npm run fuzz -- ${seed} -v`);
}
console.log(`${count} seeds, ${wrong} with a violation`);
if (wrong > 0) process.exitCode = 1;
