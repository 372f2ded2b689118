/** A tutorial as data: chapters of short blocks, commands that can be run, and what the deployment shows once they have worked. */
import type { Text } from '../scenario.ts';

/** What the world at the playhead shows. Nothing here knows who typed what: a deed done by hand counts like one of the document's. */
export type Shows =
  /** The Docker daemon runs. */
  | { readonly type: 'docker' }
  | { readonly type: 'dockerNetwork'; readonly name: string }
  | { readonly type: 'image'; readonly reference: string }
  | { readonly type: 'container'; readonly name: string; readonly status: 'created' | 'running' | 'paused' | 'exited' | 'none' }
  /** So many ZooKeeper servers serve clients, one of them leading. */
  | { readonly type: 'ensemble'; readonly servers: number }
  /** A file of the host; `matches` is a regular expression, `m` set. */
  | { readonly type: 'file'; readonly path: string; readonly matches?: string }
  | { readonly type: 'directory'; readonly path: string }
  | { readonly type: 'broker'; readonly id: number; readonly state: string }
  | { readonly type: 'topic'; readonly name: string; readonly partitions?: number; readonly replicationFactor?: number }
  /** Records in a partition's log at its leader. */
  | { readonly type: 'records'; readonly topic: string; readonly partition: number; readonly atLeast: number }
  | { readonly type: 'znode'; readonly path: string; readonly data?: string }
  /** A line that somebody typed at a terminal of a machine matches, and what was printed up to the next prompt matches too. */
  | { readonly type: 'ran'; readonly line: string; readonly printed?: string; readonly machine?: Machine; readonly times?: number }
  /** A console consumer whose command line lacks a flag knows where in the topic it reads. */
  | { readonly type: 'reads'; readonly topic: string; readonly without: string }
  | { readonly type: 'controller'; readonly not: number }
  | { readonly type: 'all' | 'any'; readonly of: readonly Shows[] };

export type Machine = 'host' | 'laptop';

export interface Command {
  /** Of the whole document. */
  readonly id: string;
  /** As it is typed: one or several lines. */
  readonly lines: string;
  /** By its process; opened if there is none. Absent: `host`. */
  readonly terminal?: 'host' | 'host-2' | 'laptop';
  /** Where the shell stands. Absent: anywhere. */
  readonly directory?: string;
  /** Programs that run one inside the other and read the lines, by the lines that started them; else the machine's own shell reads them. */
  readonly inside?: readonly string[];
  readonly shows: Shows;
  /** Simulated time within which it must show. */
  readonly withinMs?: number;
}

/** Things of the stage that a block speaks of. */
interface Pointing {
  readonly things?: readonly string[];
}

export type Block = Pointing &
  (
    | { readonly type: 'text'; readonly text: Text }
    /** Words of a command or a file, and what each means. */
    | { readonly type: 'terms'; readonly terms: readonly (readonly [term: string, meaning: Text])[] }
    | { readonly type: 'command'; readonly text?: Text; readonly command: Command }
    /** Where tutorials go wrong: what they say, what is so, and how it shows. */
    | {
        readonly type: 'mistake';
        readonly number: string;
        readonly says: Text;
        readonly is: Text;
        readonly command?: Command;
        /** The chapter that shows it. */
        readonly see?: string;
      }
    | { readonly type: 'picture'; readonly picture: PictureName }
  );

/** `zooServers`: one word of ZOO_SERVERS, field by field. `listeners`: from a bootstrap address to the advertised one. */
export type PictureName = 'zooServers' | 'listeners';

export interface Chapter {
  readonly id: string;
  readonly title: Text;
  /** Over the stage while this is the chapter at hand. */
  readonly headline: Text;
  readonly subline: Text;
  readonly blocks: readonly Block[];
}

export interface TutorialDocument {
  /** Before the first chapter: how to go about it. */
  readonly intro: Text;
  readonly chapters: readonly Chapter[];
}
