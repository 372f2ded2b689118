/**
 * The page's state: one history, a playhead, a story, what is selected. It is asked for a frame of time by whoever owns the real
 * clock, and gives frames for the views; it draws nothing.
 */
import { check, checkChange, type KnownBroker, type Problem } from '../cluster/description.ts';
import type { ClusterAction } from '../cluster/actions.ts';
import { countsOf, factsOf } from '../cluster/observer.ts';
import { StepRun } from '../cluster/steps.ts';
import type { ClusterFacts } from '../cluster/observe.ts';
import type { ItemId } from '../kernel/agenda.ts';
import type { BranchId } from '../kernel/history.ts';
import type { Micros } from '../kernel/program.ts';
import type { ItemRecord, World } from '../kernel/world.ts';
import { SimulationStopped } from '../kernel/assert.ts';
import type { Goal, StoryStep, Text } from '../scenarios/scenario.ts';
import type { ChatterShown, GoalFrame, GuideFrame, LaneFrame, LedgerFrame, MessageFrame, StageFrame, ThingId, TimelineFrame, TransportFrame } from '../views/frame.ts';
import { language } from '../views/text/language.svelte.ts';
import { branchName } from './branch-name.ts';
import { GoalJudge, lineOf, type Judgement } from './goals.ts';
import type { Shared } from '../cluster/share.ts';
import { HistoryDrive, type ClusterHistory, type Programs, type Simulation, type Story, type StoryGuide } from './story.ts';
import type { Replay } from './share.ts';
import { selectionOf, type Selection } from './frames/selection.ts';
import { brokerFrames, clientFrames, messageFrames, sessionFrames, stageFrame, surroundings, type LastReplicas, type Seen } from './frames/stage.ts';
import { TimelineBuilder } from './frames/timeline.ts';
import { arrowsBetween } from './frames/arrows.ts';
import { seconds } from '../views/text/units.ts';
import { SVG_MESSAGES } from '../views/topology/messages.ts';
import { keep } from '../views/keep.ts';
import { text } from './frames/words.ts';
import { firstStory, stories } from './stories.ts';

/** Items handled in one picture at most: what is left comes with the next one. */
const ITEMS_A_FRAME = 500;
/**
 * What a picture is made of, besides messages and playhead. A stage, a timeline and the panels (`looked` what they are read from,
 * `selected` what the inspector and the ledger say, `told` the guide and the transport row) come whole or in parts.
 */
type Part = 'clock' | 'stage' | 'brokers' | 'clients' | 'surroundings' | 'timeline' | 'evenLanes' | 'oddLanes' | 'panels' | 'selected' | 'looked' | 'told';
/**
 * While it plays, messages and playhead move in every picture; the rest takes turns, so that no picture has to be made of
 * everything.
 */
const TURNS: readonly (readonly Part[])[] = [['clock', 'stage'], ['timeline'], ['panels'], ['clock', 'stage'], ['timeline'], []];
/**
 * With so many messages on their way that they are painted without names, nobody sees which of them changed what: then the turns
 * are more, of less each, and of two pictures in a row one is light.
 */
const CROWDED_TURNS: readonly (readonly Part[])[] = [['brokers'], ['told'], ['evenLanes'], [], ['clients'], ['clock'], ['oddLanes'], ['surroundings'], ['looked'], [], ['selected'], ['clock']];
/** At such a pace (cluster seconds a second) bands would visibly end behind the playhead: the timeline is part of every picture. */
const FAST = 3;
/** A broker that is told to end hands its partitions over first; after so long nobody waits any more. */
const STOP_WITHIN = 60_000_000;
/** Cluster seconds a second: right after something worth seeing, and how fast it may become while nothing happens. */
const SLOWEST = 0.004;
const FASTEST = 30;

/** How much of what was typed is done at once: what takes the simulated machine no time takes nobody any. */
const AT_ONCE = 20_000;

/** In a world that begins empty time goes on so long after the last command, as it does on a real machine. */
const LINGERS = 30_000_000;

/** Facts at which following the action slows down, and which are milestones of stepping. */
const MILESTONES: ReadonlySet<string> = new Set([
  'electionDecided',
  'leaderEstablished',
  'learnerSynchronized',
  'leaderLost',
  'quorumLost',
  'sessionExpired',
  'controllerElected',
  'controllerResigned',
  'controllerFenced',
  'brokerChangeProcessed',
  'brokerStateChanged',
  'brokerExited',
  'logDirFailed',
  'leaderElected',
  'leaderElectionFailed',
  'partitionWentOffline',
  'becameLeader',
  'isrShrank',
  'isrExpanded',
  'logTruncated',
  'followerNotFenced',
  'topicCreated',
  'topicDeletionCompleted',
  'recordFailed',
  'adminFailed',
]);

interface StepRecord {
  readonly branch: BranchId;
  readonly startItem: number;
  readonly startAt: Micros;
  doneItem: number | null;
  doneAt: Micros | null;
  outcome: 'running' | 'reached' | 'late';
}

export type Stopped = { readonly message: string; readonly seed: number; readonly at: Micros };

/** A chain of causes that is looked at: the page lights what its events happened to. */
export interface LitChain {
  readonly causes: readonly { readonly key: string; readonly at: Micros; readonly kind: 'event' | 'act'; readonly things: readonly ThingId[] }[];
  /** The one event that is looked at; undefined: all of them. */
  readonly here: string | undefined;
}

export class Lab {
  // What the page shows; replaced as a whole, never changed inside.
  stage = $state.raw<StageFrame>()!;
  messages = $state.raw<readonly MessageFrame[]>([]);
  timeline = $state.raw<TimelineFrame>()!;
  ledger = $state.raw<LedgerFrame>()!;
  selection = $state.raw<Selection>();
  now = $state.raw<Micros>(0);
  /** The playhead's moment as it is written: numbers that change in every picture can be read by nobody, and each has to be laid out and painted. */
  clock = $state.raw<Micros>(0);
  seen = $state.raw<Seen>()!;
  playing = $state.raw(false);
  following = $state.raw(true);
  pace = $state.raw(1);
  chatter = $state.raw<ChatterShown>('dimmed');
  chosen = $state.raw<string>();
  stopped = $state.raw<Stopped>();
  changes = $state.raw<readonly string[]>([]);
  /** What tells the story instead of steps. */
  document = $state.raw<StoryGuide>();
  /** The terminal that is to be seen; a new object asks again. */
  terminal = $state.raw<{ readonly tab: 'terminal'; readonly name: string }>();
  /** Counts everything that can change a frame besides time. */
  version = $state.raw(0);

  scenario = $state.raw<Story>(firstStory);
  seed = $state.raw(1);
  history!: ClusterHistory;
  private drive!: HistoryDrive;
  private judge = new GoalJudge([]);
  private challenge = new GoalJudge([]);
  private run: StepRun | null = null;
  private runIndex = 0;
  private records: StepRecord[] = [];
  private bootActs: ReadonlySet<ClusterHistory['acts'][number]> = new Set();
  private followPace = SLOWEST;
  private selectedId: ThingId | undefined;
  private lastReplicas: LastReplicas = new Map();
  private builder = new TimelineBuilder();
  private names = 0;
  private brokers: readonly KnownBroker[] = [];
  private litChain: LitChain | undefined;
  private pointedAt: readonly ThingId[] = [];
  private milestone = false;
  private turn = 0;
  private pictured: { readonly history: ClusterHistory; readonly item: number } | undefined;
  private openedAt: Micros = 0;
  private programs: Programs | undefined;
  /** What it plays for, at the pace of a real clock; undefined: it plays until somebody stops it. */
  private isOver: ((world: World) => boolean) | undefined;
  /** Work that is done a slice between two pictures, while it says true; and what is said when it is given up. */
  private slices = $state.raw<{ readonly work: () => boolean; readonly abandoned: () => void }>();
  readonly done = new Set<string>();
  private simulation: Simulation | undefined;
  private arriving: Promise<Simulation> | undefined;
  /** What somebody did waits for the programs, or for a story; or they could not be fetched, and nothing waits. */
  awaited = $state<'programs' | 'story' | 'nobody'>();
  /** The story on its way, and whether another has been asked for since. */
  private coming: { readonly story: Promise<Story | undefined>; isOvertaken: boolean } | undefined;
  /** The story that could not be fetched. */
  private refused: (() => Promise<Story | undefined>) | undefined;

  /** A story at its opening, and how to get at what moves it. */
  constructor(
    scenario: Story,
    history: ClusterHistory,
    private readonly fetchSimulation: () => Promise<Simulation>,
  ) {
    this.take(scenario, scenario.cluster.seed, history, history.acts, history.now);
    this.refresh();
  }

  /** Fetches what runs worlds, once. Until then all can be looked at, and nothing moves. */
  ready(): Promise<Simulation> {
    this.arriving ??= this.fetchSimulation().then(
      (simulation) => {
        this.simulation = simulation;
        this.history.extend(this.programs ?? simulation.programs);
        if (!this.coming && !this.refused) this.awaited = undefined;
        this.refresh();
        return simulation;
      },
      (error: unknown) => {
        this.arriving = undefined;
        throw error;
      },
    );
    return this.arriving;
  }

  /** Whether what runs worlds has arrived. */
  get canMove(): boolean {
    return this.version >= 0 && this.simulation !== undefined;
  }

  /** Does what moves the world as soon as it can move, or says that it cannot. While another story is on its way it is done in that one. */
  whenReady(what: (simulation: Simulation) => void): void {
    if (this.simulation && !this.coming) {
      what(this.simulation);
      return;
    }
    this.awaited = this.coming ? 'story' : 'programs';
    const { coming } = this;
    Promise.all([this.ready(), coming?.story]).then(
      ([simulation]) => {
        if (!coming?.isOvertaken) what(simulation);
      },
      () => {
        if (!coming) this.awaited = 'nobody';
      },
    );
  }

  /** Acts since the story opened: what a share link holds. */
  get acts(): ClusterHistory['acts'] {
    return this.history.acts.filter((act) => this.isOwn(act));
  }

  /** Whether an act, of whatever branch, was somebody's here and not the boot's. */
  isOwn(act: ClusterHistory['acts'][number]): boolean {
    return !this.bootActs.has(act);
  }

  /** Begins a story when it has come, the last of those asked for; the cluster before stays untouched if it does not come, or not up. */
  open(fetchStory: () => Promise<Story | undefined>): void {
    if (this.coming) this.coming.isOvertaken = true;
    const coming = { story: fetchStory(), isOvertaken: false };
    this.coming = coming;
    this.awaited = 'story';
    this.refused = undefined;
    Promise.all([this.ready(), coming.story]).then(
      ([{ openScenario }, scenario]) => {
        if (coming.isOvertaken) return;
        this.coming = this.awaited = undefined;
        if (!scenario) return;
        const { seed } = scenario.cluster;
        const history = openScenario(scenario, seed);
        this.take(scenario, seed, history, history.acts, history.now);
        this.refresh();
      },
      () => {
        if (coming.isOvertaken) return;
        this.coming = undefined;
        this.awaited = 'nobody';
        this.refused = fetchStory;
      },
    );
  }

  /** Fetches again what could not be fetched. */
  fetchAgain(): void {
    if (this.refused) this.open(this.refused);
    else this.whenReady(() => undefined);
  }

  /** What a link to this moment holds. */
  shared(): Omit<Shared, 'version'> {
    const { history } = this;
    const reached = this.records.slice(0, this.stepIndex());
    return {
      scenario: this.scenario.id,
      seed: this.seed,
      acts: this.acts.map(({ at, item, action }) => ({ at, item, action })),
      steps: reached.map((record) => ({
        startItem: record.startItem,
        startAt: record.startAt,
        doneItem: record.doneItem ?? record.startItem,
        doneAt: record.doneAt ?? record.startAt,
        isHere: this.isOnBranch(record),
      })),
      at: history.now,
      item: history.item,
    };
  }

  /** Shows a history that came out of a link. */
  openShared({ scenario, shared, history, bootActs, openedAt }: Replay): void {
    this.take(scenario, shared.seed, history, bootActs, openedAt);
    this.records = shared.steps
      .slice(0, scenario.steps.length)
      .map(({ isHere, ...times }) => ({ ...times, branch: isHere ? this.branch : -1, outcome: 'reached' }));
    this.refresh();
  }

  /** More programs that can run, from now on and in every story. */
  extend(programs: Programs): void {
    this.programs = programs;
    if (!this.scenario.beginning) this.history.extend(programs);
  }

  private take(scenario: Story, seed: number, history: ClusterHistory, bootActs: ClusterHistory['acts'], openedAt: Micros): void {
    if (this.coming) this.coming.isOvertaken = true;
    this.coming = this.refused = this.awaited = undefined;
    this.scenario = scenario;
    this.seed = seed;
    this.brokers = check({ ...scenario.cluster, seed }).brokers;
    this.history = history;
    this.programs ??= scenario.programs;
    if (this.programs && !scenario.beginning) history.extend(this.programs);
    this.judge = new GoalJudge(scenario.goals);
    this.challenge = new GoalJudge(scenario.challenge);
    this.drive = new HistoryDrive(history, (record) => this.watch(record));
    this.bootActs = new Set(bootActs);
    this.openedAt = openedAt;
    this.records = [];
    this.run = null;
    this.runIndex = 0;
    this.chosen = undefined;
    this.stop();
    this.stopped = undefined;
    this.lastReplicas = new Map();
    this.builder.forget();
    this.selectedId = scenario.select;
    this.pointedAt = [];
    this.terminal = undefined;
    this.document = scenario.guide?.(this);
  }

  /** Sees every item that is handled for the first time or again, whoever moves the playhead forward. */
  private watch(record: ItemRecord): void {
    const isMilestone = record.facts.some((fact) => MILESTONES.has(fact.type));
    this.milestone ||= isMilestone;
    this.judgeAt(record, isMilestone, () => this.drive.facts());
  }

  private judgeAt(record: Pick<ItemRecord, 'id' | 'at' | 'facts'>, isMilestone: boolean, facts: () => ClusterFacts): void {
    for (const judge of [this.judge, this.challenge]) judge.see(this.branch, record, isMilestone, facts);
  }

  select(id: ThingId | undefined): void {
    this.selectedId = id;
    this.refresh();
  }

  /** Lights a chain on stage and timeline; undefined: none. */
  light(chain: LitChain | undefined): void {
    if (chain === this.litChain) return;
    this.litChain = chain;
    this.stage = keep(this.stage as StageFrame | undefined, { ...this.stage, lit: this.litThings() });
    this.timeline = { ...this.timeline, lit: this.litEvents() };
  }

  /** Lights things on the stage that a text speaks of. */
  point(things: readonly ThingId[]): void {
    this.pointedAt = things;
    this.stage = keep(this.stage as StageFrame | undefined, { ...this.stage, lit: this.litThings() });
  }

  private litThings(): readonly ThingId[] {
    const { causes = [], here } = this.litChain ?? {};
    return [...new Set([...this.pointedAt, ...causes.filter((cause) => here === undefined || cause.key === here).flatMap((cause) => cause.things)])];
  }

  private litEvents(): TimelineFrame['lit'] {
    const { causes = [], here } = this.litChain ?? {};
    return causes.flatMap(({ key, at, kind, things: [lane] }) => (lane === undefined ? [] : [{ key, at, lane, isHere: key === here, isAct: kind === 'act' }]));
  }

  menuOf(id: ThingId): Selection | undefined {
    return selectionOf(id, this.seen, this.history, this.brokers, (prefix) => this.newName(prefix));
  }

  /** Does what a row of a menu says. */
  actRow(id: ThingId, row: string): void {
    const selection = id === this.selectedId && this.selection ? this.selection : this.menuOf(id);
    for (const action of selection?.actions[row] ?? []) this.act(action);
  }

  act(action: ClusterAction): void {
    this.guard(() => {
      this.abandonRun();
      const { history } = this;
      history.act(action);
      // Terminals show at once what was done.
      if (history.world.processes.some(({ program }) => program === 'bash')) this.drive.runTo(history.now, ITEMS_A_FRAME, () => false);
      this.followPace = SLOWEST;
      this.names++;
    });
    this.refresh();
  }

  /**
   * Does what somebody types. What the machine answers without taking time is there at once; for the rest time goes on, as fast as
   * a clock, until it is over. If it was playing anyway, it goes on playing.
   */
  type(actions: readonly ClusterAction[], isOver: (world: World) => boolean): void {
    this.guard(() => {
      this.abandonRun();
      const { history } = this;
      for (const action of actions) history.act(action);
      this.drive.runTo(history.now + AT_ONCE, ITEMS_A_FRAME, () => isOver(history.world));
    });
    const until = this.history.now + (this.scenario.beginning ? LINGERS : 0);
    const isDone = (world: World): boolean => world.now >= until && isOver(world);
    if (this.stopped === undefined && !isDone(this.history.world)) {
      if (!this.playing || this.isOver) this.isOver = isDone;
      this.playing = true;
      this.followPace = Math.max(this.followPace, 1);
    }
    this.refresh();
  }

  /** Does what has to come before something else, and lets time go on until it is over. */
  prepare(action: ClusterAction | undefined, isOver: (world: World) => boolean, withinMs: number): void {
    this.guard(() => {
      const { history } = this;
      this.abandonRun();
      if (action) history.act(action);
      this.drive.runTo(history.now + withinMs * 1_000, Infinity, () => isOver(history.world));
    });
  }

  /** Does a long work in slices, one before each picture, until it says false or somebody pauses. */
  hurry(work: () => boolean, abandoned: () => void): void {
    this.slices = { work, abandoned };
    this.playing = true;
  }

  get hurrying(): boolean {
    return this.slices !== undefined;
  }

  showTerminal(name: string): void {
    this.terminal = { tab: 'terminal', name };
  }

  /**
   * Stops a broker as `kill` does, and starts it with another `server.properties`. What cannot be is given back, and then
   * nothing was done.
   */
  restartWith(broker: string, properties: string): readonly Problem[] {
    const { history } = this;
    const running = history.world.processes.filter((one) => one.program === 'kafka-broker');
    const texts = running.map((one) => ({ properties: (one.config as { readonly properties: string }).properties }));
    const index = running.findIndex((one) => one.name === broker);
    const problems = checkChange({ ...this.scenario.cluster, seed: this.seed, brokers: texts }, index, properties);
    if (problems.length > 0 || index < 0) return problems;
    const isAlive = (): boolean => ['running', 'paused'].includes(history.world.processes.find((one) => one.name === broker)!.status);
    this.guard(() => {
      this.abandonRun();
      history.act({ type: 'configure', broker, properties });
      if (isAlive()) {
        history.act({ type: 'signal', process: broker, signal: 'SIGTERM' });
        this.drive.runTo(history.now + STOP_WITHIN, Infinity, () => !isAlive());
        if (isAlive()) history.act({ type: 'signal', process: broker, signal: 'SIGKILL' });
      }
      history.act({ type: 'start', process: broker });
      this.followPace = SLOWEST;
    });
    this.refresh();
    return [];
  }

  play(): void {
    if (this.stopped) return;
    if (this.playing) this.stop();
    else this.playing = true;
    if (this.playing) this.followPace = Math.max(this.followPace, SLOWEST);
    this.refresh();
  }

  pause(): void {
    this.stop();
    this.refresh();
  }

  private stop(): void {
    this.playing = false;
    this.isOver = undefined;
    this.slices?.abandoned();
    this.slices = undefined;
  }

  setPace(pace: 'follow' | number): void {
    this.following = pace === 'follow';
    if (pace !== 'follow') this.pace = pace;
    this.refresh();
  }

  setChatter(next: ChatterShown): void {
    this.chatter = next;
  }

  step(by: 1 | -1): void {
    this.stop();
    this.guard(() => {
      if (by < 0) {
        this.abandonRun();
        this.history.stepBack();
      } else if (this.run) this.finishRun(this.run.advance(Infinity, 1));
      else {
        const record = this.history.step();
        if (record) this.watch(record);
      }
    });
    this.refresh();
  }

  /** To the next or previous message that arrives. */
  stepMessage(by: 1 | -1): void {
    this.stop();
    this.guard(() => {
      const { history } = this;
      this.abandonRun();
      const isHop = (record: ItemRecord): boolean => record.kind === 'deliver' && record.process >= 0;
      if (by > 0) {
        this.drive.runTo(history.now + 60_000_000, Infinity, isHop);
        return;
      }
      for (let end = history.item - 1; end > history.beginItem; end -= 64) {
        const found = history.records(end - 64, end).filter(isHop).at(-1);
        if (found) {
          history.seekItem(found.id + 1);
          return;
        }
      }
      history.seekItem(history.beginItem);
    });
    this.refresh();
  }

  /** To the next or previous moment somebody would talk about. */
  stepMilestone(by: 1 | -1): void {
    this.stop();
    this.guard(() => {
      const { history } = this;
      if (by < 0) {
        this.abandonRun();
        let target = history.beginItem;
        for (let index = history.facts.length - 1; index >= 0; index--) {
          const after = history.facts.itemAt(index) + 1;
          if (after < history.item && MILESTONES.has(history.facts.typeAt(index))) {
            target = after;
            break;
          }
        }
        for (const act of history.acts) if (act.item + 1 < history.item && act.item + 1 > target) target = act.item + 1;
        history.seekItem(target);
        return;
      }
      this.milestone = false;
      // Nothing worth telling may be a long way off: a minute of cluster time is far enough for one key.
      const limit = history.now + 60_000_000;
      if (this.run) {
        let outcome: ReturnType<StepRun['advance']> = 'running';
        while (outcome === 'running' && !this.milestone && history.now < limit) outcome = this.run.advance(limit, 1);
        this.finishRun(outcome);
      } else {
        this.drive.runTo(limit, Infinity, () => this.milestone);
      }
    });
    this.refresh();
  }

  seek(at: Micros): void {
    this.stop();
    this.guard(() => {
      this.abandonRun();
      this.history.seek(Math.min(at, this.history.computedUntil));
    });
    this.refresh();
  }

  /** To the moment at which an item is the next one. */
  seekItem(item: number, at?: Micros): void {
    this.stop();
    this.guard(() => {
      this.abandonRun();
      this.history.seekItem(item, at);
    });
    this.refresh();
  }

  switchBranch(id: string): void {
    this.stop();
    this.abandonRun();
    this.history.switchTo(Number(id));
    this.refresh();
  }

  /** One may think again until the first step is taken. */
  bet(key: string): void {
    if (this.stepIndex() > 0 || this.run) return;
    this.chosen = key;
    this.refresh();
  }

  /** The one button. */
  next(): void {
    if (this.stopped) return;
    if (this.document) {
      this.document.next();
      return;
    }
    const { history } = this;
    if (this.run) {
      this.playing = true;
      this.refresh();
      return;
    }
    const index = this.stepIndex();
    const step = this.scenario.steps[index];
    if (!step) return;
    for (const { action } of step.do) if (action.type === 'terminal') this.showTerminal(action.terminal);
    this.guard(() => {
      const rewind = step.rewindTo === undefined ? undefined : this.records[step.rewindTo];
      if (rewind) history.seekItem(rewind.startItem, rewind.startAt);
      else if (history.now < history.computedUntil) history.seek(history.computedUntil);
      this.records[index] = { branch: this.branch, startItem: history.item, startAt: history.now, doneItem: null, doneAt: null, outcome: 'running' };
      this.run = new StepRun(step, this.drive);
      this.runIndex = index;
      this.followPace = SLOWEST;
      this.playing = true;
    });
    this.refresh();
  }

  /** The report was read: one can look back, from the last whole moment on. */
  dismiss(): void {
    this.stopped = undefined;
    this.refresh();
  }

  /** One picture's worth of real time. */
  frame(elapsedMs: number): void {
    if (!this.playing) return;
    const { slices } = this;
    if (slices) {
      this.guard(() => {
        if (!slices.work()) this.stop();
      });
      if (this.playing) this.moveOn(FASTEST);
      else this.refresh();
      return;
    }
    const { isOver } = this;
    const ratio = !this.following ? this.pace : isOver ? 1 : this.followPace;
    const target = this.history.now + Math.round(Math.min(elapsedMs, 100) * 1_000 * ratio);
    this.guard(() => {
      this.milestone = false;
      if (this.run) this.finishRun(this.run.advance(target, ITEMS_A_FRAME));
      else this.drive.runTo(target, ITEMS_A_FRAME, () => (isOver ? isOver(this.history.world) : this.following && this.milestone));
    });
    if (isOver) {
      if (isOver({ ...this.history.world, now: this.history.now })) this.stop();
    } else if (this.following) {
      if (this.milestone) this.followPace = Math.max(SLOWEST, Math.min(this.followPace / 8, 0.02));
      else {
        const doubling = this.followPace < 1 ? 300 : 700;
        this.followPace = Math.min(FASTEST, this.followPace * 2 ** (elapsedMs / doubling));
      }
    }
    if (this.playing) this.moveOn(ratio);
    else this.refresh();
  }

  /** The same moment in the other language. */
  relabel(): void {
    this.builder.forget();
    this.refresh();
  }

  transport(): TransportFrame {
    const branches = this.history.allBranches;
    return {
      playing: this.playing,
      follow: this.following,
      pace: !this.following ? this.pace : this.isOver ? 1 : this.followPace,
      chatter: this.chatter,
      branches: branches.map(({ id }) => ({ id: String(id), name: branchName(id) })),
      branch: String(this.branch),
      atBegin: this.history.item <= this.history.beginItem,
    };
  }

  guide(): GuideFrame {
    if (this.document) return this.document.frame();
    const { scenario } = this;
    const say = (one: Text): string => one[language.current];
    const index = this.stepIndex();
    const running = this.run !== null;
    const isOver = index >= scenario.steps.length && !running;
    const line = lineOf(this.history.allBranches, this.branch);
    if (isOver) this.done.add(scenario.id);
    if (isOver && this.chosen !== 'story') {
      return {
        kind: 'free',
        intro: text.after(say(scenario.takeaway), say(scenario.tryThis)),
        goals: this.goalFrames(scenario.challenge, this.challenge.judge(line, this.freeSince())),
        experiments: this.experiments(),
        lessons: stories.map((one) => ({ id: one.id, code: one.code, title: say(one.title), done: this.done.has(one.id) })),
      };
    }
    const right = scenario.options.find((option) => option.isRight)?.key;
    const verdict = this.chosen === undefined ? undefined : index < scenario.decidedAfter ? text.bet(this.chosen) : say(this.chosen === right ? scenario.verdict.right : scenario.verdict.wrong);
    const late = this.records[index]?.outcome === 'late';
    return {
      kind: 'lesson',
      code: scenario.code,
      title: say(scenario.title),
      minutes: scenario.minutes,
      question: say(scenario.question),
      options: scenario.options.map((option) => ({ key: option.key, text: say(option.text) })),
      ...(this.chosen === undefined ? {} : { chosen: this.chosen }),
      ...(verdict === undefined ? {} : { verdict }),
      mayBet: index === 0 && !running,
      steps: scenario.steps.map((step, at) => ({
        text: say(step.label),
        state: at < index ? ('done' as const) : at === index ? ('now' as const) : ('todo' as const),
        ...(at < index ? { note: say(step.note) } : at === index && late ? { note: text.late } : {}),
      })),
      next: {
        label: running ? text.resume : say(scenario.steps[index]!.button),
        needsBet: false,
      },
      goals: this.goalFrames(scenario.goals, this.judge.judge(line, this.acts[0]?.item)),
    };
  }

  private goalFrames(goals: readonly Goal[], judged: readonly Judgement[]): readonly GoalFrame[] {
    const { acked, ackedLost } = this.counts();
    return goals.map((goal, at) => {
      const { state, at: since } = judged[at]!;
      const detail = [...(goal.condition.type === 'ledger' ? [text.ledgerGoal(acked, ackedLost)] : []), ...(since === undefined ? [] : [state === 'broken' ? text.brokenAt(seconds(since)) : text.reachedAt(seconds(since))])];
      return { text: goal.text[language.current], ...(detail.length > 0 ? { detail: detail.join(' · ') } : {}), state };
    });
  }

  /** The first act of free play on this branch: later than every step of the story that is part of its past. Undefined: there is none yet. */
  private freeSince(): ItemId | undefined {
    const told = Math.max(0, ...this.records.flatMap((record) => (this.isOnBranch(record) && record.doneItem !== null ? [record.doneItem] : [])));
    return this.acts.find(({ item }) => item >= told)?.item;
  }

  /** A list of things worth doing in free play, on the cluster as it stands. */
  experiments(): readonly { id: string; title: string; line: string; command?: string }[] {
    const { brokers } = this.seen.facts;
    const inKafka = [
      { id: 'killLeader', title: text.killLeader, line: text.killLeaderLine, command: 'kill -9' },
      { id: 'pauseLeader', title: text.pauseLeader, line: text.pauseLeaderLine, command: 'kill -STOP' },
      { id: 'cutController', title: text.cutController, line: text.cutControllerLine },
    ];
    return [
      ...(brokers.length === 0 ? [] : inKafka),
      { id: 'killZk', title: text.killZk, line: text.killZkLine, command: 'docker kill' },
    ];
  }

  experiment(id: string): void {
    const { facts } = this.seen;
    const partition = facts.topics.flatMap((topic) => facts.partitions(topic)).find((one) => one.leader !== null && one.leader !== undefined);
    const leader = partition?.leader;
    switch (id) {
      case 'killLeader':
        if (leader !== null && leader !== undefined) this.act({ type: 'signal', process: `broker-${leader}`, signal: 'SIGKILL' });
        break;
      case 'pauseLeader':
        if (leader !== null && leader !== undefined) this.act({ type: 'signal', process: `broker-${leader}`, signal: 'SIGSTOP' });
        break;
      case 'cutController':
        if (facts.controller) this.act({ type: 'cut', a: [`broker-${facts.controller.brokerId}`], b: facts.servers.map((server) => server.name) });
        break;
      case 'killZk':
        if (facts.zookeeperLeader !== null) this.act({ type: 'container', container: `zookeeper${facts.zookeeperLeader}`, verb: 'kill' });
        break;
    }
    this.playing = true;
    this.refresh();
  }

  /** How many steps were begun: a step shows its view once, and leaves alone what somebody opens then. */
  get begun(): number {
    return this.run ? this.runIndex + 1 : this.stepIndex();
  }

  /** Which deep view the step at hand is best seen in. */
  get wantedView(): StoryStep['view'] {
    return this.begun === 0 ? this.scenario.view : this.scenario.steps[this.begun - 1]?.view;
  }

  private counts(): ReturnType<typeof countsOf> {
    return countsOf(this.history.observed, this.history.world);
  }

  private get branch(): BranchId {
    return this.history.allBranches.findIndex((branch) => branch.isCurrent);
  }

  /** Where each other branch and this one part. */
  private forks(): TimelineFrame['forks'] {
    const branches = this.history.allBranches;
    const line = (id: BranchId): readonly BranchId[] => {
      const parent = branches[id]!.parent;
      return parent === null ? [id] : [...line(parent), id];
    };
    const here = line(this.branch);
    return branches
      .filter((branch) => !branch.isCurrent)
      .map((branch) => {
        const there = line(branch.id);
        const shared = there.findLastIndex((id, at) => here[at] === id);
        const ends = [here[shared + 1], there[shared + 1]].flatMap((id) => (id === undefined ? [] : [branches[id]!.forkedAtMicros]));
        return { id: String(branch.id), at: Math.min(...ends), until: branch.computedUntil, branch: branchName(branch.id) };
      });
  }

  private isOnBranch(record: StepRecord): boolean {
    const branches = this.history.allBranches;
    let at: BranchId | null = this.branch;
    let limit = Infinity;
    while (at !== null) {
      if (record.branch === at) return record.startItem < limit;
      const branch: (typeof branches)[number] = branches[at]!;
      limit = Math.min(limit, branch.forkedAtItem + 1);
      at = branch.parent;
    }
    return false;
  }

  /** The step that comes next: the first that was not carried through. */
  private stepIndex(): number {
    let index = 0;
    while (index < this.scenario.steps.length && this.records[index]?.outcome === 'reached') index++;
    return index;
  }

  private finishRun(outcome: 'running' | 'reached' | 'late'): void {
    if (outcome === 'running') return;
    const record = this.records[this.runIndex]!;
    record.outcome = outcome;
    record.doneItem = this.history.item;
    record.doneAt = this.history.now;
    const step = this.scenario.steps[this.runIndex]!;
    if (outcome === 'reached' && step.select !== undefined) this.selectedId = step.select;
    this.run = null;
    this.stop();
  }

  private abandonRun(): void {
    if (!this.run) return;
    const record = this.records[this.runIndex];
    if (record?.outcome === 'running') delete this.records[this.runIndex];
    this.run = null;
  }

  private caption(): { headline: string; subline?: string } {
    const say = (one: Text): string => one[language.current];
    if (this.document) return this.document.caption();
    const { scenario } = this;
    const { now } = this.history;
    let best: { headline: string; subline?: string } = { headline: say(scenario.headline), subline: say(scenario.subline) };
    for (const [index, step] of scenario.steps.entries()) {
      const record = this.records[index];
      if (!record || !this.isOnBranch(record) || record.startAt > now) continue;
      const isDone = record.doneAt !== null && record.doneAt <= now && record.outcome === 'reached';
      best = isDone ? { headline: say(step.headline), ...(step.subline ? { subline: say(step.subline) } : {}) } : { headline: say(step.running) };
    }
    return best;
  }

  private newName(prefix: string): string {
    return `${prefix}${this.names + 1}`;
  }

  private guard(what: () => void): void {
    try {
      what();
    } catch (error) {
      if (!(error instanceof SimulationStopped)) throw error;
      this.stop();
      this.stopped = { message: error.message, seed: this.seed, at: error.atMicros ?? this.history.now };
    }
  }

  refresh(): void {
    const seen = this.look();
    this.showMoving();
    for (const part of ['clock', 'stage', 'panels'] as const) this.show(part, seen);
    this.showTimeline(seen, this.playing || !this.simulation ? [] : arrowsBetween(this.history, seen));
  }

  /** The next picture while it plays. */
  private moveOn(pace: number): void {
    this.showMoving();
    const turns = this.messages.length > SVG_MESSAGES ? CROWDED_TURNS : TURNS;
    this.turn = (this.turn + 1) % turns.length;
    const parts = turns[this.turn]!;
    const seen = this.look();
    for (const part of parts) this.show(part, seen);
    if (pace >= FAST && !parts.includes('timeline')) this.show('timeline', seen);
  }

  private show(part: Part, seen: Seen): void {
    switch (part) {
      case 'clock':
        this.clock = seen.now;
        break;
      case 'stage':
        this.showStage(stageFrame(seen, this.caption(), this.litThings(), this.lastReplicas));
        break;
      case 'brokers':
        this.showStage({ ...this.stage, brokers: brokerFrames(seen, this.lastReplicas) });
        break;
      case 'clients':
        this.showStage({ ...this.stage, clients: clientFrames(seen) });
        break;
      case 'surroundings':
        this.showStage({ ...surroundings(seen, this.caption(), this.litThings()), brokers: this.stage.brokers, clients: this.stage.clients });
        break;
      case 'timeline':
      case 'evenLanes':
      case 'oddLanes':
        this.showTimeline(seen, [], part === 'timeline' ? undefined : part === 'evenLanes' ? 0 : 1);
        break;
      case 'panels':
        for (const one of ['looked', 'selected', 'told'] as const) this.show(one, seen);
        break;
      case 'selected':
        this.showSelected(seen);
        break;
      case 'looked':
        this.seen = seen;
        this.judgeAt({ id: this.history.item - 1, at: seen.now, facts: [] }, true, () => seen.facts);
        break;
      case 'told':
        this.version++;
        break;
    }
  }

  private look(): Seen {
    const { history } = this;
    return { world: history.world, observed: history.observed, facts: factsOf(history.world, history.observed), now: history.now };
  }

  private showMoving(): void {
    const { history } = this;
    this.now = history.now;
    if (this.pictured?.history === history && this.pictured.item === history.item) return;
    this.pictured = { history, item: history.item };
    this.messages = messageFrames(history.world);
  }

  private showStage(next: StageFrame): void {
    this.stage = keep(this.stage as StageFrame | undefined, next);
  }

  /** All lanes, or every other one: the even (0) or the odd ones. */
  private showTimeline(seen: Seen, arrows: TimelineFrame['arrows'], parity?: 0 | 1): void {
    const { history } = this;
    const next = this.builder.build(
      {
        branch: this.branch,
        begin: history.beginMicros,
        computedUntil: history.computedUntil,
        facts: history.facts,
        acts: history.acts,
        world: history.world,
        forks: this.forks(),
      },
      sessionFrames(seen),
      arrows,
      this.selectedId === undefined ? new Set() : new Set([this.selectedId]),
      this.litEvents(),
    );
    const before = this.timeline as TimelineFrame | undefined;
    const stays = (lane: LaneFrame | undefined, at: number): lane is LaneFrame => parity !== undefined && at % 2 !== parity && lane?.id === next.lanes[at]!.id;
    this.timeline = { ...next, lanes: next.lanes.map((lane, at) => (stays(before?.lanes[at], at) ? before!.lanes[at]! : lane)) };
  }

  private showSelected(seen: Seen): void {
    const counts = this.counts();
    this.ledger = keep(this.ledger as LedgerFrame | undefined, { sent: counts.sent, acknowledged: counts.acked, waiting: counts.waiting, lost: counts.ackedLost });
    this.selection = this.selectedId === undefined ? undefined : keep(this.selection, selectionOf(this.selectedId, seen, this.history, this.brokers, (prefix) => this.newName(prefix)));
  }

  /** Whether something can be done here that leaves no known future behind and breaks into no step of a story. */
  get isFree(): boolean {
    return this.run === null && this.atHead;
  }

  /** Whether nothing is known yet of what comes. */
  get atHead(): boolean {
    return this.history.now >= this.history.computedUntil;
  }

  /** When the story opened: the page looks there first. */
  get opened(): Micros {
    return this.openedAt;
  }
}
