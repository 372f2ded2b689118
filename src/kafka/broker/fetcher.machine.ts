/**
 * One ReplicaFetcherThread: it fetches from one leader for all partitions given to it, one blocking request at a time.
 * Each round first truncates what must be truncated (asking the leader for epoch ends), then fetches what is ready.
 * While one fetch follows the other the chart stays in `fetching`.
 */
import { setup } from 'xstate';

export type FetcherChartEvent =
  | { readonly type: 'wait' }
  | { readonly type: 'connect' }
  | { readonly type: 'askEpochs' }
  | { readonly type: 'askLatestOffset' }
  | { readonly type: 'askEarliestOffset' }
  | { readonly type: 'fetch' }
  | { readonly type: 'backOff' }
  | { readonly type: 'shutdown' };

export const fetcherMachine = setup({ types: { events: {} as FetcherChartEvent } }).createMachine({
  id: 'fetcher',
  initial: 'waiting',
  on: {
    wait: '.waiting',
    connect: '.connecting',
    askEpochs: '.askingEpochs',
    askLatestOffset: '.askingLatestOffset',
    askEarliestOffset: '.askingEarliestOffset',
    fetch: '.fetching',
    backOff: '.backingOff',
    shutdown: '.stopped',
  },
  states: {
    /** No partition is ready; looks again when one is added, or after replica.fetch.backoff.ms. */
    waiting: {},
    connecting: {},
    /** OffsetForLeaderEpoch is on its way. */
    askingEpochs: {},
    /** ListOffsets is on its way, for partitions that are out of range: first the leader's end, then its start. */
    askingLatestOffset: {},
    askingEarliestOffset: {},
    /** A Fetch is on its way or parked at the leader. */
    fetching: {},
    /** The connection failed. */
    backingOff: {},
    stopped: { type: 'final' },
  },
});
