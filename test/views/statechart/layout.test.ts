import { describe, expect, it } from 'vitest';
import { placeChart } from '../../../scripts/elk-chart.ts';
import { activePaths, graphOf, labelText, signatureOf } from '../../../src/views/statechart/graph.ts';
import { describeChart, layoutStatechart, placementFor, roundedPath } from '../../../src/views/statechart/layout.ts';
import { brokerMachine, peerMachine, sessionMachine } from './machines.ts';

const size = { width: 316, height: 400 };

describe('statechart', () => {
  it('reads states, their nesting and their first states from a machine', () => {
    const graph = graphOf(peerMachine);
    expect(graph.initial).toBe('LOOKING');
    expect(graph.nodes.find((node) => node.path === 'LOOKING')).toMatchObject({ kind: 'compound', initial: 'LOOKING.voting', parent: '' });
    expect(graph.nodes.find((node) => node.path === 'LEADING.broadcast')).toMatchObject({ kind: 'atomic', parent: 'LEADING' });
    expect(graph.nodes.find((node) => node.path === 'stopped')?.kind).toBe('final');
  });

  it('labels transitions with event, guard and delay, and keeps those that stay inside in their state', () => {
    const graph = graphOf(peerMachine);
    const voting = graph.edges.find((edge) => edge.id === 'LOOKING.voting>LOOKING.finalizing');
    expect(voting?.transitions.map(labelText)).toEqual(['Notification [hasQuorum]']);
    expect(graph.edges.find((edge) => edge.id === 'LOOKING.finalizing>LOOKING.decided')?.transitions.map(labelText)).toEqual(['after finalizeWaitMs']);
    expect(graph.nodes.find((node) => node.path === 'LOOKING.voting')?.inside).toEqual([
      'Notification [roundIsNewer] / clearVotes, broadcastVote',
      'Notification / recordVote',
    ]);
  });

  it('lists the states that are active, regions side by side', () => {
    expect(activePaths({ LEADING: 'broadcast' })).toEqual(['LEADING', 'LEADING.broadcast']);
    expect(activePaths({ controller: 'active', session: 'connected' })).toEqual(['controller', 'controller.active', 'session', 'session.connected']);
  });

  it('gives the same positions for the same machine, and another signature for another', async () => {
    const graph = graphOf(peerMachine);
    expect(await placeChart(graph)).toEqual(await placeChart(graph));
    expect(signatureOf(graph)).not.toBe(signatureOf(graphOf(sessionMachine)));
  });

  it('places every state inside its parent and never two of one level over each other', async () => {
    for (const machine of [sessionMachine, peerMachine, brokerMachine]) {
      const graph = graphOf(machine);
      const positions = await placeChart(graph);
      for (const place of [positions.down, positions.right]) {
        for (const node of graph.nodes) {
          const box = place.states[node.path];
          if (!box) throw new Error(node.path);
          const [x, y, width, height] = box;
          const outer = node.parent === '' ? [0, 0, place.width, place.height] : place.states[node.parent];
          expect(x).toBeGreaterThanOrEqual(outer?.[0] ?? NaN);
          expect(y).toBeGreaterThanOrEqual(outer?.[1] ?? NaN);
          expect(x + width).toBeLessThanOrEqual((outer?.[0] ?? 0) + (outer?.[2] ?? 0));
          expect(y + height).toBeLessThanOrEqual((outer?.[1] ?? 0) + (outer?.[3] ?? 0));
          for (const other of graph.nodes.filter((one) => one.parent === node.parent && one.path > node.path)) {
            const [ox, oy, ow, oh] = place.states[other.path] ?? [0, 0, 0, 0];
            expect(x + width <= ox || ox + ow <= x || y + height <= oy || oy + oh <= y).toBe(true);
          }
        }
        for (const edge of graph.edges) if (edge.from !== '') expect(place.lines[edge.id]?.points.length).toBeGreaterThan(1);
      }
    }
  });

  it('lights the current state, what encloses it, and the transition taken last, and nothing else', async () => {
    const graph = graphOf(peerMachine);
    const positions = await placeChart(graph);
    const layout = layoutStatechart(
      { graph, positions, value: { LOOKING: 'finalizing' }, lastTransition: { from: 'LOOKING.voting', to: 'LOOKING.finalizing', event: 'Notification' } },
      size,
    );
    expect(layout.states.filter((s) => s.lit === 'here').map((s) => s.path)).toEqual(['LOOKING.finalizing']);
    expect(layout.states.filter((s) => s.lit === 'within').map((s) => s.path)).toEqual(['LOOKING']);
    expect(layout.arrows.filter((a) => a.taken).map((a) => a.id)).toEqual(['LOOKING.voting>LOOKING.finalizing']);
    expect(layout.arrows.at(-1)?.taken).toBe(true);
    expect(layout.anywhere).toEqual([{ text: 'SIGTERM', to: 'stopped', taken: false }]);
  });

  it('says in words where the machine is and where it can go', async () => {
    const graph = graphOf(sessionMachine);
    const said = describeChart({ graph, positions: await placeChart(graph), value: 'open' });
    expect(said.at).toEqual(['open']);
    expect(said.ways).toEqual([{ label: 'tick [deadlinePassed]', to: 'closing' }, { label: 'close', to: 'closing' }]);
  });

  it('chooses the orientation that fits the panel', async () => {
    const positions = await placeChart(graphOf(sessionMachine));
    expect(placementFor(positions, 200, 400)).toBe(positions.down);
    expect(placementFor(positions, 1200, 120)).toBe(positions.right);
  });

  it('rounds corners without leaving the line', () => {
    expect(roundedPath([[0, 0], [0, 20], [40, 20]])).toBe('M0 0L0 14Q0 20 6 20L40 20');
  });
});
