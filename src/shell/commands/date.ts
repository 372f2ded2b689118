import { momentOf, monthName, timeOfDay, two, weekdayName } from '../../kernel/calendar.ts';
import { done, failed, type Command } from '../command.ts';

export const date: Command = {
  name: 'date',
  summary: { en: 'time of the simulated clock', 'zh-CN': '显示（模拟）时间' },
  run(args, context) {
    const at = momentOf(context.wallClockMs);
    const format = args.find((arg) => arg.startsWith('+'));
    const odd = args.find((arg) => arg !== format && arg !== '-u');
    if (odd !== undefined) return failed(`date: invalid date ‘${odd}’`);
    const ms = String(context.wallClockMs % 1_000).padStart(3, '0');
    const fields: Readonly<Record<string, string>> = {
      Y: String(at.year), m: two(at.month), d: two(at.day), H: two(at.hour), M: two(at.minute), S: two(at.second), F: `${at.year}-${two(at.month)}-${two(at.day)}`, T: timeOfDay(at), s: String(Math.floor(context.wallClockMs / 1_000)), N: `${ms}000000`, a: weekdayName(at), b: monthName(at), Z: 'UTC', '%': '%', '3': '', e: String(at.day).padStart(2), y: two(at.year % 100),
    };
    if (format !== undefined) return done(`${format.slice(1).replace(/%3N/g, ms).replace(/%([A-Za-z%])/g, (whole, key: string) => fields[key] ?? whole)}\n`);
    return done(`${weekdayName(at)} ${monthName(at)} ${String(at.day).padStart(2)} ${timeOfDay(at)} UTC ${at.year}\n`);
  },
};
