/**
 * Every invariant judged over a history, from its beginning to the playhead, a little at a time and once: where branches part, what
 * they share is not judged again. What a look finds (they are 250 ms apart) is searched for item by item, to name the step at which it broke.
 */
import type { ItemId } from '../kernel/agenda.ts';
import type { BranchId, History } from '../kernel/history.ts';
import type { Micros } from '../kernel/program.ts';
import type { World } from '../kernel/world.ts';
import type { ExceptionName, ExceptionSeen } from './exceptions.ts';
import { judgeItem, judgeMoment, NOTHING_JUDGED, type Check, type InvariantMemory, type Judged, type JudgedFinding } from './invariants.ts';

/** The first time that a promise did not hold, and the first time that it only seemed so. */
export interface Standing {
  readonly brokenAt?: Micros;
  readonly excused?: { readonly at: Micros; readonly exception: NonNullable<JudgedFinding['exception']> };
}

export interface Standings {
  /** Judged up to here. */
  readonly until: Micros;
  /** Since when there was anything to look at. */
  readonly began: { readonly [part in Check['part']]?: Micros };
  /** By check; left out: nothing was found. */
  readonly of: Readonly<Record<string, Standing>>;
  /** What was never promised: where, and when for the first time. */
  readonly exceptions: ExceptionsSeen;
}

type ExceptionsSeen = { readonly [exception in ExceptionName]?: { readonly at: Micros; readonly where: string } };

interface Mark extends Omit<Standings, 'until'> {
  readonly item: ItemId;
  readonly memory: InvariantMemory;
  readonly nextLookAt: Micros;
}

interface Place {
  readonly world: World;
  readonly memory: InvariantMemory;
}

interface Track extends Place, Mark {
  /** The last look: nothing is wrong there. */
  readonly looked: Place;
  /** What a look has found is somewhere between the look before and this item. */
  readonly search: (Place & { readonly until: ItemId; readonly found: readonly JudgedFinding[]; readonly exceptions: readonly ExceptionSeen[]; readonly foundAt: Micros }) | null;
  readonly marks: readonly Mark[];
}

type Walked = Pick<History<never, unknown>, 'again' | 'worldAt' | 'item' | 'beginItem' | 'allBranches'>;

const LOOK_EVERY: Micros = 250_000;
/** A place from which a branch may go on is kept every so many items; twice as far apart each time there are too many. */
const MARK_EVERY = 1_024;
const MARKS_KEPT = 512;

export class Judging {
  private readonly tracks = new Map<BranchId, Track>();

  constructor(private readonly history: Walked) {}

  /** Judges one item or looks once; false: everything up to the playhead is judged. */
  step(): boolean {
    const id = this.branch;
    const track = this.trackOf(id);
    const next = this.next(track);
    this.tracks.set(id, next);
    return next !== track;
  }

  /** How all stands at a moment not later than the playhead. */
  standings(now: Micros): Standings {
    const track = this.trackOf(this.branch);
    const isPast = (at: Micros | undefined): at is Micros => at !== undefined && at <= now;
    const { zookeeper, kafka } = track.began;
    return {
      until: track.item >= this.history.item ? now : Math.min(now, track.world.now),
      began: { ...(isPast(zookeeper) ? { zookeeper } : {}), ...(isPast(kafka) ? { kafka } : {}) },
      of: Object.fromEntries(
        Object.entries(track.of).map(([check, { brokenAt, excused }]) => [check, { ...(isPast(brokenAt) ? { brokenAt } : {}), ...(excused && isPast(excused.at) ? { excused } : {}) }]),
      ),
      exceptions: Object.fromEntries(Object.entries(track.exceptions).filter(([, { at }]) => isPast(at))),
    };
  }

  private get branch(): BranchId {
    return this.history.allBranches.find(({ isCurrent }) => isCurrent)!.id;
  }

  private next(track: Track): Track {
    if (track.search) return this.searched(track, track.search);
    const ticked = track.item < this.history.item ? this.history.again(track.world) : undefined;
    if (!ticked) return track.looked.world === track.world ? track : this.look(track);
    if (ticked.record.at > track.nextLookAt) return this.look({ ...track, nextLookAt: ticked.record.at + LOOK_EVERY });
    const judged = judgeItem(track.memory, ticked.record, ticked.world);
    return { ...noticed(found(track, judged.findings, ticked.record.at), judged.exceptions, ticked.record.at), world: ticked.world, item: ticked.world.items, memory: judged.memory };
  }

  private look(track: Track): Track {
    const { world } = track;
    const { memory, findings, exceptions } = judgeMoment(track.memory, world);
    const news = findings.filter((finding) => found(track, [finding], world.now) !== track);
    const began = {
      ...(track.began.zookeeper !== undefined ? { zookeeper: track.began.zookeeper } : runs(world, 'zookeeper-server') ? { zookeeper: world.now } : {}),
      ...(track.began.kafka !== undefined ? { kafka: track.began.kafka } : runs(world, 'kafka-broker') ? { kafka: world.now } : {}),
    };
    const next = { ...track, memory, began, looked: { world, memory } };
    if (news.length > 0) return { ...next, search: { ...track.looked, until: track.item, found: news, exceptions, foundAt: world.now } };
    const settled = noticed(next, exceptions, world.now);
    return { ...settled, marks: marked(settled) };
  }

  /** Looks after every item, until what was found is seen; some of it may be seen from afar only. */
  private searched(track: Track, search: NonNullable<Track['search']>): Track {
    const rest = (seen: readonly JudgedFinding[]): readonly JudgedFinding[] => search.found.filter(({ check }) => !seen.some((one) => one.check === check));
    const ticked = search.world.items < search.until ? this.history.again(search.world) : undefined;
    if (!ticked) return { ...noticed(found(track, search.found, search.foundAt), search.exceptions, search.foundAt), search: null };
    const { record, world } = ticked;
    const item = judgeItem(search.memory, record, world);
    const moment: Judged = judgeMoment(item.memory, world);
    const seen = moment.findings.filter(({ check }) => search.found.some((one) => one.check === check));
    const left = rest(seen);
    return { ...noticed(found(track, seen, record.at), moment.exceptions, record.at), search: left.length === 0 ? null : { ...search, world, memory: moment.memory, found: left } };
  }

  private trackOf(id: BranchId): Track {
    const known = this.tracks.get(id);
    if (known) return known;
    const { parent, forkedAtItem } = this.history.allBranches[id]!;
    const mark = this.markAt(parent, forkedAtItem);
    const world = this.history.worldAt(mark.item);
    const track: Track = { ...mark, world, looked: { world, memory: mark.memory }, search: null, marks: [] };
    this.tracks.set(id, track);
    return track;
  }

  /** The latest place on a branch, or on those it comes from, not beyond an item. */
  private markAt(id: BranchId | null, item: ItemId): Mark {
    if (id === null) return { item: this.history.beginItem, memory: NOTHING_JUDGED, nextLookAt: 0, began: {}, of: {}, exceptions: {} };
    const track = this.tracks.get(id);
    if (track && track.search === null && track.item <= item) return track;
    const { parent, forkedAtItem } = this.history.allBranches[id]!;
    return track?.marks.findLast((mark) => mark.item <= item) ?? this.markAt(parent, Math.min(item, forkedAtItem));
  }
}

const runs = (world: World, program: string): boolean => world.processes.some((process) => process.program === program && process.state !== null && process.status !== 'dead');

/** The same track, if all of it is known already. */
function found(track: Track, findings: readonly JudgedFinding[], at: Micros): Track {
  let { of } = track;
  for (const { check, exception } of findings) {
    const before = of[check];
    if (exception === undefined && before?.brokenAt === undefined) of = { ...of, [check]: { ...before, brokenAt: at } };
    if (exception !== undefined && before?.excused === undefined) of = { ...of, [check]: { ...before, excused: { at, exception } } };
  }
  return of === track.of ? track : { ...track, of };
}

/** The same track, if all of it has been seen before. */
function noticed(track: Track, seen: readonly ExceptionSeen[], at: Micros): Track {
  const news = seen.filter(({ exception }) => track.exceptions[exception] === undefined);
  return news.length === 0 ? track : { ...track, exceptions: { ...track.exceptions, ...Object.fromEntries(news.map(({ exception, where }) => [exception, { at, where }])) } };
}

function marked({ marks, item, memory, nextLookAt, began, of, exceptions }: Track): readonly Mark[] {
  if (item < (marks[marks.length - 1]?.item ?? 0) + MARK_EVERY) return marks;
  const kept = marks.length < MARKS_KEPT ? marks : marks.filter((_, index) => index % 2 === 0);
  return [...kept, { item, memory, nextLookAt, began, of, exceptions }];
}
