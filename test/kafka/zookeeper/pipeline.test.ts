import { describe, expect, it } from 'vitest';
import { createPipeline, handlePipeline, type Pipeline, type PipelineInput, type PipelineOutput, type PipelineToken } from '../../../src/kafka/zookeeper/pipeline.ts';

const request = { type: 'getData', path: '/controller', watch: false } as const;
const LOST = { err: 'CONNECTIONLOSS' } as const;

class Line {
  state: Pipeline = createPipeline(2);
  readonly told: string[] = [];
  readonly out: PipelineToken[] = [];

  give(input: PipelineInput): this {
    const { state, outputs } = handlePipeline(this.state, input);
    this.state = state;
    for (const output of outputs) {
      if (output.type === 'submit') this.out.push(output.token);
      this.told.push(name(output));
    }
    return this;
  }

  /** What was told since the last question. */
  heard(): readonly string[] {
    return this.told.splice(0);
  }

  reply(answer: { readonly err: 'CONNECTIONLOSS' | 'OK' | 'SESSIONEXPIRED' }): this {
    return this.give({ type: 'reply', token: this.out.shift()!, answer });
  }
}

function name(output: PipelineOutput): string {
  return output.type === 'zkDone' ? `done ${output.results.map(({ err }) => err).join(' ')}` : output.type;
}

const connected = (): Line => new Line().give({ type: 'state', state: 'SyncConnected' });
const asking = (count: number): PipelineInput => ({ type: 'request', token: null, requests: Array.from({ length: count }, () => request) });

describe('requests that are repeated until ZooKeeper answers', () => {
  it('what a lost connection has lost is given to the client again at once, for it still calls itself connected', () => {
    const line = connected().give(asking(1)).reply(LOST).give({ type: 'state', state: 'Disconnected' });
    expect(line.heard()).toEqual(['submit', 'waitsForConnection', 'goesOn', 'submit']);
  });

  it('a client that refuses at once, as it is closing, is asked once more and not for ever', () => {
    const line = connected().give(asking(1)).reply(LOST);
    line.heard();
    expect(line.reply(LOST).heard()).toEqual(['waitsForConnection']);
    expect(line.out).toEqual([]);
  });

  it('what is lost a second time waits for the connection', () => {
    const line = connected().give(asking(1)).reply(LOST).give({ type: 'state', state: 'Disconnected' });
    line.heard();
    expect(line.reply(LOST).heard()).toEqual(['waitsForConnection']);
    expect(line.give({ type: 'state', state: 'SyncConnected' }).heard()).toEqual(['goesOn', 'submit']);
    expect(line.reply({ err: 'OK' }).heard()).toEqual(['done OK']);
  });

  it('an expired session ends a wait at once, and what lies with the client when that has cleaned up', () => {
    const line = connected().give(asking(1)).reply(LOST).give({ type: 'state', state: 'Disconnected' }).reply(LOST);
    line.give(asking(1));
    line.heard();
    expect(line.give({ type: 'state', state: 'Expired' }).heard()).toEqual(['done SESSIONEXPIRED']);
    // What the old client says of it comes too early: its callers hear of it after the clean-up.
    expect(line.reply({ err: 'SESSIONEXPIRED' }).heard()).toEqual([]);
    expect(line.give({ type: 'cleanedUp' }).heard()).toEqual(['done SESSIONEXPIRED']);
    expect(line.state).toMatchObject({ inFlight: 0, batches: [], expiring: [] });
  });

  it('what waits for a permit while the session expires goes to the new session', () => {
    const line = connected().give(asking(3));
    expect(line.heard()).toEqual(['submit', 'submit']);
    line.give({ type: 'state', state: 'Expired' }).give({ type: 'cleanedUp' });
    expect(line.heard()).toEqual(['submit']);
    line.out.splice(0, 2);
    expect(line.reply({ err: 'OK' }).heard()).toEqual(['done SESSIONEXPIRED SESSIONEXPIRED OK']);
  });
});
