import { describe, expect, it } from 'vitest';
import { editorOf, isIdle } from '../../../src/shell/terminal.ts';
import { Typist } from '../typist.ts';

function open(line: string): Typist {
  const typist = new Typist();
  typist.type('cd /tmp; printf "broker.id=0\\nport=9092\\n" > server.properties');
  typist.type(line, 1);
  return typist;
}

describe('an editor', () => {
  it('holds the file in front of the shell until it is saved, and vi tells what it wrote', () => {
    const typist = open('vi server.properties');
    expect(editorOf(typist.world, typist.terminal)).toMatchObject({ editor: 'vi', path: '/tmp/server.properties', text: 'broker.id=0\nport=9092\n' });
    expect(isIdle(typist.world, typist.terminal)).toBe(false);
    typist.input({ type: 'save', text: 'broker.id=1' });
    typist.run(10);
    expect(editorOf(typist.world, typist.terminal)).toBeUndefined();
    expect(typist.screen).toContain('"server.properties" 1L, 12C written\n');
    expect(typist.type('cat server.properties')).toBe('broker.id=1\n');
  });

  it('leaves the file as it is where nothing is saved', () => {
    const typist = open('nano server.properties');
    typist.input({ type: 'save', text: null });
    typist.run(10);
    expect(typist.type('cat server.properties')).toBe('broker.id=0\nport=9092\n');
  });

  it('makes a file that is not there, and refuses where no file can be', () => {
    const typist = open('vi new.txt');
    typist.input({ type: 'save', text: 'a\nb\n' });
    typist.run(10);
    expect(typist.screen).toContain('"new.txt" [New] 2L, 4C written\n');
    expect(typist.type('vi /tmp')).toBe('vi: "/tmp" is a directory\n');
    expect(typist.type('vi nowhere/a')).toBe('vi: "nowhere/a": no such directory\n');
    expect(typist.type('vi a b')).toContain('several files at once are not modelled here');
  });

  it('is not heard of by programs that are none', () => {
    const typist = open('sleep 5');
    typist.input({ type: 'save', text: 'x' });
    typist.run(6_000);
    expect(isIdle(typist.world, typist.terminal)).toBe(true);
  });
});
