import { done, failed, flags, invalidOption, type Command } from '../command.ts';

const MOST_NUMBERS = 1_000_000;

export const seq: Command = {
  name: 'seq',
  summary: { en: 'prints numbers from one to another', 'zh-CN': '输出一段连续的数' },
  run(args) {
    // A negative number is no option.
    const firstNumber = args.findIndex((arg) => /^-\d/.test(arg));
    const read = flags(firstNumber < 0 ? args : [...args.slice(0, firstNumber), '--', ...args.slice(firstNumber)], ['-w'], ['-s']);
    if ('unknown' in read) return invalidOption('seq', read.unknown);
    const { rest } = read;
    if (rest.length === 0) return failed("seq: missing operand\nTry 'seq --help' for more information.");
    if (rest.length > 3) return failed(`seq: extra operand ‘${rest[3]!.slice(0, 200)}’\nTry 'seq --help' for more information.`);
    const odd = rest.find((text) => !/^[-+]?\d{1,15}$/.test(text));
    if (odd !== undefined) {
      const isNumber = odd.trim() !== '' && Number.isFinite(Number(odd));
      return failed(isNumber ? `seq: ${odd}: only whole numbers of at most 15 digits are modelled here` : `seq: invalid floating point argument: ${odd.slice(0, 200)}\nTry 'seq --help' for more information.`);
    }
    const numbers = rest.map(Number);
    const last = numbers.at(-1)!;
    const first = numbers.length > 1 ? numbers[0]! : 1;
    const step = numbers.length > 2 ? numbers[1]! : 1;
    if (step === 0) return failed(`seq: invalid Zero increment value: ‘${rest[1]!}’\nTry 'seq --help' for more information.`);
    const count = Math.max(0, Math.floor((last - first) / step) + 1);
    if (count > MOST_NUMBERS) return failed(`seq: more than ${MOST_NUMBERS} numbers are not modelled here`);
    const width = read.given.has('-w') ? Math.max(String(first).length, String(last).length) : 0;
    const written = (value: number): string => (value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0'));
    const texts = Array.from({ length: count }, (_, at) => written(first + at * step));
    return done(count === 0 ? '' : `${texts.join(read.values['-s']?.at(-1) ?? '\n')}\n`);
  },
};
