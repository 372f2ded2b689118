/**
 * What the stage, the timeline, the guide and the frame around them may see, in their words. Plain data.
 * Built once per handled event, not per picture: between two events only the playhead moves, and it is given to the views
 * beside the frame. Parts that did not change must be the *same object* as before (structural sharing): a view redraws
 * what is a new object and nothing else.
 * Sentences marked "rich" may hold `code`, **bold** and _emphasis_ (views/text/rich.ts) and are in the current language.
 */
import type { Micros } from '../kernel/program.ts';
import type { DocumentFrame } from './guide/document-frame.ts';
import type { MessageFamily } from './marks/message-shapes.ts';

/**
 * Name of anything that can be selected: `zookeeper1`, `broker-2`, `producer-1`, `session:broker-1`, `link:a:b`, `partition:orders-0`,
 * `replica:broker-1:orders-0`, `znode:/controller`, `message:1234.5678`.
 */
export type ThingId = string;

export type ProcessCondition = 'notStarted' | 'up' | 'paused' | 'dead';

/** How and when a process stopped: `how` is the command (`kill -9`, `docker stop`). */
export interface Ending {
  readonly how: string;
  readonly at: Micros;
}

export interface TimerFrame {
  readonly startedAt: Micros;
  readonly endsAt: Micros;
}

// ---- stage ----------------------------------------------------------------------------------------------------------

export interface ServerFrame {
  readonly id: ThingId;
  readonly sid: number;
  readonly name: string;
  readonly process: ProcessCondition;
  readonly state: 'LOOKING' | 'FOLLOWING' | 'LEADING' | 'OBSERVING';
  /** `0x10000004c`. */
  readonly lastZxid: string;
  /** The 200 ms wait or the back-off of an election. */
  readonly waiting?: TimerFrame | undefined;
  readonly ending?: Ending | undefined;
}

export interface ReplicaFrame {
  /** `orders-0`. */
  readonly partition: string;
  readonly role: 'leader' | 'follower' | 'outOfSync' | 'offline';
  /** It led when it went offline. */
  readonly led?: boolean;
  readonly logStart: number;
  readonly highWatermark: number;
  readonly logEnd: number;
  /** Leader epochs of the log, ascending by `start`. */
  readonly epochs: readonly { readonly epoch: number; readonly start: number }[];
  /** Ranges `[from, to)` of acknowledged records that are gone from here and everywhere. */
  readonly lost?: readonly (readonly [number, number])[];
}

export interface BrokerFrame {
  readonly id: ThingId;
  readonly brokerId: number;
  readonly port: number;
  /** A firewall lets nobody in there. */
  readonly isShut?: boolean;
  readonly process: ProcessCondition;
  /** BrokerState's own word: `RunningAsBroker`, `RecoveringFromUncleanShutdown`, … */
  readonly state: string;
  readonly controller?: { readonly epoch: number; readonly electing?: boolean } | undefined;
  /** Log directories recovered of all, while recovering. */
  readonly recovery?: { readonly done: number; readonly of: number } | undefined;
  readonly ending?: Ending | undefined;
  /** In the order in which rows are drawn; the same order on every broker. */
  readonly replicas: readonly ReplicaFrame[];
}

interface ClientCommon {
  readonly id: ThingId;
  readonly name: string;
  readonly process: ProcessCondition;
}
export interface ProducerFrame extends ClientCommon {
  readonly kind: 'producer';
  readonly acks: '0' | '1' | 'all';
  readonly sent: number;
  readonly acknowledged: number;
  /** Records sent or queued without an answer. */
  readonly waiting: number;
}
export interface ConsumerFrame extends ClientCommon {
  readonly kind: 'consumer';
  readonly group?: string;
  readonly lag: number;
  readonly positions: readonly { readonly partition: string; readonly offset: number }[];
}
export type ClientFrame = ProducerFrame | ConsumerFrame;

/** A ZooKeeper session. `silent`: the server has no connection for it, and its time runs. */
export interface SessionFrame {
  readonly id: ThingId;
  /** `0x100006045680000`. */
  readonly sessionId: string;
  /** The broker (or other client) that holds it. */
  readonly owner: ThingId;
  /** The server it is connected to, or was last. */
  readonly server: ThingId;
  readonly state: 'open' | 'silent' | 'closing';
  readonly touchedAt: Micros;
  /** When the leader's tick will give it up if nothing touches it. */
  readonly deadline: Micros;
  /** No leader serves: nobody counts its time, and nobody can give it up. */
  readonly uncounted?: true;
  /** Paths of its ephemerals; the first is named. */
  readonly ephemerals: readonly string[];
}

/** A connection worth a line, or what became of it. */
export interface LinkFrame {
  readonly id: ThingId;
  readonly from: ThingId;
  readonly to: ThingId;
  readonly kind: 'ensemble' | 'replication' | 'control' | 'client';
  /** `refused`, `reset`: the peer is gone. `oneWay`: what `from` sends does not arrive. */
  readonly state: 'open' | 'cut' | 'oneWay' | 'slow' | 'refused' | 'reset';
  readonly delayMillis?: number;
  /** Share of what is sent that gets lost on the way, 0–1. */
  readonly lossShare?: number;
}

export interface MessageFrame {
  readonly id: string;
  readonly from: ThingId;
  readonly to: ThingId;
  readonly family: MessageFamily;
  /** The API's own name. */
  readonly name: string;
  /** What it says in a few words, if it is worth them: `orders-0 leader 1`. */
  readonly detail?: string;
  readonly response: boolean;
  /** Pings, idle fetches, heartbeats: may be dimmed or hidden. */
  readonly chatter: boolean;
  readonly sentAt: Micros;
  readonly dueAt: Micros;
  /** The event that sent it; carried by the trail of causes. */
  readonly cause?: string;
}

export interface StageFrame {
  /** One sentence, at most 12 words. Rich. */
  readonly headline: string;
  /** A second one: what is still true. Rich. */
  readonly subline?: string;
  /** The Docker network the ensemble is on; undefined: there is none yet. */
  readonly network: { readonly name: string; readonly subnet: string } | undefined;
  readonly hostDown?: boolean;
  readonly servers: readonly ServerFrame[];
  readonly brokers: readonly BrokerFrame[];
  readonly clients: readonly ClientFrame[];
  readonly sessions: readonly SessionFrame[];
  readonly links: readonly LinkFrame[];
  /** Things on the lit chain of causes; empty while none is lit. */
  readonly lit: readonly ThingId[];
}

export type ChatterShown = 'shown' | 'dimmed' | 'hidden';

/** Ledger of all producers together. */
export interface LedgerFrame {
  readonly sent: number;
  readonly acknowledged: number;
  readonly waiting: number;
  readonly lost: number;
}

// ---- timeline -------------------------------------------------------------------------------------------------------

/** `strong`: leading, running, up. `plain`: following. `broken`: looking, starting. `none`: dead, absent. */
export interface BandFrame {
  readonly from: Micros;
  /** Absent: it still lasts. */
  readonly to?: Micros;
  readonly look: 'strong' | 'plain' | 'broken' | 'none' | 'paused' | 'owed' | 'owedFaint' | 'unserved' | 'epoch';
  /** With `epoch`: the leader epoch. */
  readonly epoch?: number;
  /** Word at the band, already in the current language; the process's own state name for processes. */
  readonly word?: string;
}

export interface TickFrame {
  readonly at: Micros;
  /** `touch`: a session moved its deadline. `ping`: a heartbeat seen. */
  readonly look: 'answered' | 'unanswered' | 'ping' | 'touch';
}

export interface LaneFrame {
  readonly id: ThingId;
  readonly name: string;
  readonly matters?: boolean;
  /** Ascending by `from`, not overlapping. */
  readonly bands: readonly BandFrame[];
  /** Drawn as a thin line below the band: the controller's time in office. */
  readonly offices?: readonly { readonly from: Micros; readonly to?: Micros }[];
  /** Ascending by `at`. */
  readonly ticks?: readonly TickFrame[];
  /** Those that still become others: writes that wait for their answer. Ascending by `at`. */
  readonly open?: readonly TickFrame[];
  readonly deadline?: { readonly at: Micros; readonly since: Micros } | undefined;
}

export interface TimelineMarkFrame {
  readonly at: Micros;
  readonly lane: ThingId;
  readonly look: 'fault' | 'milestone';
  readonly word: string;
  readonly lit?: boolean;
}

/** A message as an arrow between two lanes; shown when zoomed in far enough. */
export interface ArrowFrame {
  /** Of the message. */
  readonly id: ThingId;
  readonly from: ThingId;
  readonly to: ThingId;
  readonly sentAt: Micros;
  readonly dueAt: Micros;
  readonly family: MessageFamily;
  readonly name: string;
  /** It never arrived. */
  readonly lost?: boolean;
}

export interface TimelineFrame {
  readonly begin: Micros;
  /** Right of this nothing has been computed. */
  readonly computedUntil: Micros;
  readonly lanes: readonly LaneFrame[];
  /** Ascending by `at`. */
  readonly marks: readonly TimelineMarkFrame[];
  /** Ascending by `sentAt`. */
  readonly arrows: readonly ArrowFrame[];
  /** Other branches: where they and this one part, and how far they were computed. */
  readonly forks: readonly { readonly at: Micros; readonly until: Micros; readonly branch: string; readonly id: string }[];
  /** Events of the lit chain of causes, newest first; empty while none is lit. */
  readonly lit: readonly LitFrame[];
}

export interface LitFrame {
  readonly key: string;
  readonly at: Micros;
  readonly lane: ThingId;
  /** The one that is looked at. */
  readonly isHere: boolean;
  /** Somebody did it. */
  readonly isAct: boolean;
}

/** The stretch of time in view. */
export interface Span {
  readonly from: Micros;
  readonly to: Micros;
}

// ---- transport ------------------------------------------------------------------------------------------------------

export interface TransportFrame {
  readonly playing: boolean;
  /** Follow the action, or a fixed pace. */
  readonly follow: boolean;
  /** Cluster seconds shown in one second. */
  readonly pace: number;
  readonly chatter: ChatterShown;
  readonly branches: readonly { readonly id: string; readonly name: string }[];
  readonly branch: string;
  readonly atBegin: boolean;
}

// ---- guide ----------------------------------------------------------------------------------------------------------

export interface GoalFrame {
  /** Rich. */
  readonly text: string;
  readonly detail?: string;
  readonly state: 'kept' | 'owed' | 'broken' | 'neverMade';
}

export interface LessonFrame {
  readonly kind: 'lesson';
  /** `L0.1`. */
  readonly code: string;
  readonly title: string;
  readonly minutes: number;
  /** Rich: the situation and what is asked. */
  readonly question: string;
  /** Rich. */
  readonly options: readonly { readonly key: string; readonly text: string }[];
  readonly chosen?: string;
  /** Rich: what the run said about the bet, or that it will. */
  readonly verdict?: string;
  /** The first step was not taken yet: one may choose, and choose again. */
  readonly mayBet: boolean;
  readonly steps: readonly { readonly text: string; readonly state: 'done' | 'now' | 'todo'; readonly note?: string }[];
  /** What the one button does. Absent at the end. */
  readonly next?: { readonly label: string; readonly needsBet: boolean };
  readonly goals: readonly GoalFrame[];
}

export interface FreePlayFrame {
  readonly kind: 'free';
  /** Rich: where one is after a lesson, or a word of welcome. */
  readonly intro: string;
  readonly goals: readonly GoalFrame[];
  readonly experiments: readonly { readonly id: string; readonly title: string; readonly line: string; readonly command?: string }[];
  readonly lessons: readonly { readonly id: string; readonly code: string; readonly title: string; readonly done: boolean }[];
}

export type GuideFrame = LessonFrame | FreePlayFrame | DocumentFrame;

// ---- what can be done -----------------------------------------------------------------------------------------------

export type Verb =
  | 'inspect'
  | 'kill' | 'terminate' | 'pause' | 'resume' | 'start'
  | 'containerStart' | 'containerStop' | 'containerPause' | 'containerResume' | 'containerKill' | 'containerRemove'
  | 'powerLoss' | 'reboot'
  | 'cut' | 'cutOneWay' | 'delay' | 'lose' | 'heal'
  | 'offNetwork' | 'onNetwork'
  | 'portDrop' | 'portReject' | 'portOpen'
  | 'diskSlow' | 'diskFull' | 'diskFail' | 'diskHeal'
  | 'deleteTopic' | 'electPreferred' | 'electUnclean' | 'reassign'
  | 'produce' | 'stopClient';

export interface ActionFrame {
  readonly id: string;
  readonly verb: Verb;
  /** The other end of a link, a partition, an amount: put into the words. */
  readonly object?: string;
  /** The real command; absent: lab only. */
  readonly command?: string;
  /** Why not now, in the current language. */
  readonly refused?: string;
  /** Starts a new group in the menu. */
  readonly group?: boolean;
}

/** Head of the inspector and of the menu. */
export interface SelectionFrame {
  readonly id: ThingId;
  readonly kind: 'server' | 'broker' | 'producer' | 'consumer' | 'session' | 'link' | 'partition' | 'replica' | 'znode' | 'message';
  readonly name: string;
  /** Rich. */
  readonly line?: string;
  readonly pid?: number;
  readonly actions: readonly ActionFrame[];
}
