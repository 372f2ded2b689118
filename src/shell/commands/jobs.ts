/** Jobs of the shell: `jobs`, `fg`, `bg`. */
import { jobLine } from '../bash/job-line.ts';
import { done, failed, lines, type Command, type Context } from '../command.ts';

export const jobs: Command = {
  name: 'jobs',
  summary: { en: 'what runs in the background', 'zh-CN': '查看后台任务' },
  run: (_args, context) => done(lines(context.jobs.map((job, index) => jobLine(job, index === context.jobs.length - 1 ? '+' : index === context.jobs.length - 2 ? '-' : ' ')))),
};

function wanted(args: readonly string[], context: Context) {
  const [word] = args;
  if (word === undefined || word === '%+' || word === '%%') return context.jobs[context.jobs.length - 1];
  return context.jobs.find(({ id }) => String(id) === word.replace(/^%/, ''));
}

const resuming = (name: string, summary: Command['summary'], inForeground: boolean): Command => ({
  name,
  summary,
  run(args, context) {
    const job = wanted(args, context);
    if (!job) return failed(`bash: ${name}: ${args[0] ?? 'current'}: no such job`);
    return done(inForeground ? `${job.text}\n` : `[${job.id}]+ ${job.text} &\n`, { resumes: { job: job.id, inForeground } });
  },
});

export const fg = resuming('fg', { en: 'brings a job to the front', 'zh-CN': '把任务放到前台' }, true);
export const bg = resuming('bg', { en: 'lets a stopped job go on behind', 'zh-CN': '让任务在后台继续' }, false);
