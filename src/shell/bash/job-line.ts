import type { Job } from './state.ts';

/** One line of `jobs`. */
export function jobLine(job: Job, sign: string): string {
  const isOver = job.stages.every((stage) => stage.type === 'ended');
  const last = job.stages[job.stages.length - 1];
  const code = last?.type === 'ended' ? last.exitCode : 0;
  const state = job.isStopped ? 'Stopped' : !isOver ? 'Running' : code === 0 ? 'Done' : code === 137 ? 'Killed' : code === 143 ? 'Terminated' : `Exit ${code}`;
  return `[${job.id}]${sign}  ${state.padEnd(22)}  ${job.text}${isOver || job.isStopped ? '' : ' &'}`;
}
