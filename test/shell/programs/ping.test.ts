import { describe, expect, it } from 'vitest';
import { Typist } from '../typist.ts';

/** What stands on the screen after `ping …`, so many milliseconds, and Ctrl-C; and the exit status. */
function interrupted(line: string, afterMs: number): { readonly screen: string; readonly status: string } {
  const typist = new Typist();
  typist.input({ type: 'type', text: `${line}\n` });
  typist.run(afterMs);
  typist.input({ type: 'key', key: 'C-c' });
  typist.run(10);
  return { screen: typist.screen, status: typist.type('echo $?') };
}

/** The numbers of a line of round trips. */
const trips = (screen: string): number[] => [...screen.matchAll(/time=([\d.]+) ms/g)].map((found) => Number(found[1]));

describe('ping', () => {
  it('prints its totals after Ctrl-C, counted from what came back, and succeeded', () => {
    const { screen, status } = interrupted('ping localhost', 2_500);
    expect(screen).toMatch(/icmp_seq=3 ttl=64 time=0\.0\d\d ms\n\^C\n\n--- localhost ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time 2000ms\nrtt min\/avg\/max\/mdev = [\d./]+ ms\n/);
    const [least, mean, most, deviation] = /mdev = ([\d./]+) ms/.exec(screen)![1]!.split('/').map(Number);
    const all = trips(screen);
    expect(all).toHaveLength(3);
    expect([least, most]).toEqual([Math.min(...all), Math.max(...all)]);
    expect(mean).toBeCloseTo(all.reduce((sum, one) => sum + one, 0) / 3, 2);
    expect(deviation).toBeLessThanOrEqual(most! - least!);
    expect(status).toBe('0\n');
  });

  it('ends by itself after so many, with the same totals', () => {
    expect(new Typist().type('ping -c 2 -i 0.5 localhost')).toMatch(/\n\n--- localhost ping statistics ---\n2 packets transmitted, 2 received, 0% packet loss, time 500ms\nrtt min\/avg\/max\/mdev = .* ms\n$/);
  });

  it('is told after three seconds that nobody has an address, counts that as errors, and failed', () => {
    const typist = new Typist();
    typist.type('systemctl start docker; docker network create net; docker pull zookeeper:3.7.0; docker run -d --name zoo --network net zookeeper:3.7.0');
    typist.type('docker exec zoo apt-get update; docker exec zoo apt-get install -y iputils-ping');
    typist.input({ type: 'type', text: 'docker exec -it zoo ping 172.19.0.99\n' });
    typist.run(3_500);
    typist.input({ type: 'key', key: 'C-c' });
    typist.run(10);
    const lines = typist.screen.split('\n');
    const begin = lines.findIndex((line) => line.startsWith('PING 172.19.0.99'));
    expect(lines.slice(begin + 1, begin + 10)).toEqual([
      'From 172.19.0.2 icmp_seq=1 Destination Host Unreachable',
      'From 172.19.0.2 icmp_seq=2 Destination Host Unreachable',
      'From 172.19.0.2 icmp_seq=3 Destination Host Unreachable',
      '^C',
      '',
      '--- 172.19.0.99 ping statistics ---',
      '4 packets transmitted, 0 received, +3 errors, 100% packet loss, time 3000ms',
      'pipe 3',
      expect.stringContaining('#'),
    ]);
    expect(typist.type('echo $?')).toBe('1\n');
  });
});
