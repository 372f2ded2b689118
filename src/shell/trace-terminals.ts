/** Terminals for traces. */
import type { TraceTerminals } from '../cluster/trace-commands.ts';
import { emptyHost } from './machine/empty-host.ts';
import { shellKernel } from './kernel.ts';
import { isIdle, printed } from './terminal.ts';

export const traceTerminals: TraceTerminals = { kernel: shellKernel, emptyHost, isIdle, printed };
