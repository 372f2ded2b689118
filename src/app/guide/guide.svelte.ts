/** The tutorial's document on the page: which command comes next, what was run, what shows; and running commands, one or many. */
import { SvelteMap } from 'svelte/reactivity';
import type { ClusterAction } from '../../cluster/actions.ts';
import { factsOf } from '../../cluster/observer.ts';
import type { World } from '../../kernel/world.ts';
import type { Micros } from '../../kernel/program.ts';
import type { Text } from '../../scenarios/scenario.ts';
import type { Block, Chapter, Command, TutorialDocument } from '../../scenarios/tutorial/document.ts';
import type { BlockFrame, ChapterFrame, CommandFrame, DocumentFrame } from '../../views/guide/document-frame.ts';
import { language } from '../../views/text/language.svelte.ts';
import type { Lab } from '../lab.svelte.ts';
import type { StoryGuide } from '../story.ts';
import { isShown, Moment } from './shows.ts';
import { text } from './text.ts';
import { isReady, PATIENCE_MS, preparationFor, terminalOf } from './typing.ts';
import { transcriptOf } from './transcript.ts';
import { bashOf } from '../../shell/terminal.ts';

const WITHIN_MS = 10_000;
/** Preparations that are tried before a command is typed as it stands. */
const MOST_PREPARATIONS = 8;
/** A jump works so long between two pictures, and lets so much time pass in one go. */
const SLICE_MS = 24;
const SLICE_ITEMS = 100;
const SEEN_LINES = 4;

interface Run {
  readonly action: ClusterAction;
  readonly item: number;
  readonly startedAt: Micros;
  readonly deadline: Micros;
}

interface Place {
  readonly chapter: Chapter;
  readonly command: Command;
}

const say = (one: Text): string => one[language.current];
const commandOf = (block: Block): Command | undefined => ('command' in block ? block.command : undefined);

export class TutorialGuide implements StoryGuide {
  private readonly places: readonly Place[];
  /** The last time each command was run. */
  private readonly runs = new SvelteMap<string, Run>();
  /** Chapters somebody opened or closed. */
  private readonly opened = new SvelteMap<string, boolean>();
  /** Where reading goes on: commands before it are not asked for while some behind it are left. */
  private from = $state.raw(0);
  private lastRun = $state.raw<string>();
  private jumping = $state.raw<{ readonly chapter: Chapter; readonly done: number; readonly of: number }>();

  constructor(
    private readonly lab: Lab,
    private readonly tutorial: TutorialDocument,
    private readonly heading: { readonly title: Text; readonly minutes: number },
  ) {
    this.places = this.chapters.flatMap((chapter) => chapter.blocks.flatMap((block) => commandOf(block) ?? []).map((command) => ({ chapter, command })));
  }

  private get chapters(): readonly Chapter[] {
    return this.tutorial.chapters;
  }

  private moment(world: World = this.lab.history.world): Moment {
    const { history } = this.lab;
    return new Moment({ ...world, now: history.now }, factsOf(world, history.observed));
  }

  private nextPlace(moment: Moment): Place | undefined {
    const isLeft = ({ command }: Place): boolean => !isShown(command.shows, moment);
    return this.places.slice(this.from).find(isLeft) ?? this.places.find(isLeft);
  }

  /** The run of a command that stands before the playhead on this branch. */
  private runOf(id: string): Run | undefined {
    const run = this.runs.get(id);
    return run && this.lab.history.item > run.item && this.lab.history.acts.some(({ item, action }) => item === run.item && action === run.action) ? run : undefined;
  }

  private get busy(): Place | undefined {
    const moment = this.moment();
    return this.places.find(({ command }) => this.stateOf(command, moment) === 'busy');
  }

  private stateOf(command: Command, moment: Moment): 'todo' | 'busy' | 'done' | 'late' {
    if (isShown(command.shows, moment)) return 'done';
    // What was undone by a later command did not fail.
    const run = command.id === this.lastRun ? this.runOf(command.id) : undefined;
    if (!run) return 'todo';
    return moment.world.now >= run.deadline ? 'late' : 'busy';
  }

  next(): void {
    if (this.lab.hurrying) return;
    const place = this.nextPlace(this.moment());
    if (place) this.run(place.command.id);
  }

  /** Types a command at its terminal and lets time go on until it shows what it is for. */
  run(id: string): void {
    const { lab } = this;
    if (this.busy !== undefined || lab.hurrying) {
      if (!lab.playing) lab.play();
      return;
    }
    const index = this.places.findIndex(({ command }) => command.id === id);
    const { command } = this.places[index]!;
    this.prepare(command);
    const run = this.begin(command);
    this.from = index;
    lab.showTerminal(terminalOf(command));
    lab.type([run.action], (world) => world.now >= run.deadline || isShown(command.shows, this.moment(world)));
  }

  private prepare(command: Command): void {
    const { lab } = this;
    let waited = false;
    for (let count = 0; count < MOST_PREPARATIONS; count++) {
      const preparation = preparationFor(lab.history.world, command, waited);
      if (!preparation) return;
      waited = preparation.action === undefined;
      lab.prepare(preparation.action, (world) => preparation.isOver(world), preparation.withinMs);
    }
  }

  private begin(command: Command): Run {
    const { history } = this.lab;
    const action: ClusterAction = { type: 'terminal', terminal: terminalOf(command), deed: { type: 'type', text: `${command.lines}\n` } };
    const run = { action, item: history.item, startedAt: history.now, deadline: history.now + (command.withinMs ?? WITHIN_MS) * 1_000 };
    this.runs.set(command.id, run);
    this.lastRun = command.id;
    return run;
  }

  open(chapter: string, isOpen: boolean): void {
    this.opened.set(chapter, isOpen);
  }

  point(things: readonly string[]): void {
    this.lab.point(things);
  }

  /** Runs what the chapters before one hold, as fast as it goes, a slice between two pictures. */
  jump(id: string): void {
    const { lab } = this;
    const chapter = this.chapters.find((one) => one.id === id);
    if (!chapter || lab.hurrying) return;
    const before = this.chapters.slice(0, this.chapters.indexOf(chapter));
    const left = this.places.filter((place) => before.includes(place.chapter) && !isShown(place.command.shows, this.moment()));
    let index = 0;
    let run: Run | undefined;
    const arrive = (): void => {
      this.jumping = undefined;
      this.from = Math.max(0, this.places.findIndex((place) => place.chapter === chapter));
      for (const one of this.chapters) this.opened.set(one.id, one === chapter);
    };
    if (left.length === 0) {
      arrive();
      return;
    }
    this.jumping = { chapter, done: 0, of: left.length };
    lab.showTerminal('host');
    lab.hurry(() => {
      const end = performance.now() + SLICE_MS;
      while (performance.now() < end) {
        const place = left[index];
        if (!place) {
          arrive();
          return false;
        }
        if (!run) {
          this.prepare(place.command);
          run = this.begin(place.command);
          lab.history.act(run.action);
        } else if (this.stateOf(place.command, this.moment()) === 'busy') {
          lab.history.runTo(run.deadline, SLICE_ITEMS, () => isShown(place.command.shows, this.moment()));
        } else {
          lab.prepare(undefined, isReady(terminalOf(place.command)), PATIENCE_MS);
          run = undefined;
          index++;
          this.jumping = { chapter, done: index, of: left.length };
        }
      }
      return true;
    }, () => (this.jumping = undefined));
  }

  caption(): { readonly headline: string; readonly subline: string } {
    const { chapter } = this.nextPlace(this.moment()) ?? {};
    return chapter ? { headline: say(chapter.headline), subline: say(chapter.subline) } : { headline: text.allDone, subline: text.allDoneLine };
  }

  frame(): DocumentFrame {
    const moment = this.moment();
    const here = this.nextPlace(moment);
    const { jumping } = this;
    return {
      kind: 'document',
      title: say(this.heading.title),
      minutes: this.heading.minutes,
      intro: say(this.tutorial.intro),
      chapters: this.chapters.map((chapter) => this.chapterFrame(chapter, here, moment)),
      here: here && this.commandFrame(here.command, here, moment),
      ...(jumping ? { jump: { title: say(jumping.chapter.title), done: jumping.done, of: jumping.of } } : {}),
    };
  }

  private chapterFrame(chapter: Chapter, here: Place | undefined, moment: Moment): ChapterFrame {
    const commands = chapter.blocks.flatMap((block) => commandOf(block) ?? []);
    const isHere = chapter === here?.chapter;
    const isOpen = this.opened.get(chapter.id) ?? isHere;
    return {
      id: chapter.id,
      title: say(chapter.title),
      done: commands.filter(({ shows }) => isShown(shows, moment)).length,
      of: commands.length,
      isOpen,
      isHere,
      blocks: isOpen ? chapter.blocks.map((block) => this.blockFrame(block, here, moment)) : [],
    };
  }

  private blockFrame(block: Block, here: Place | undefined, moment: Moment): BlockFrame {
    const things = block.things ?? [];
    const command = commandOf(block);
    const shown = command && { command: this.commandFrame(command, here, moment) };
    switch (block.type) {
      case 'text':
        return { things, type: 'text', text: say(block.text) };
      case 'terms':
        return { things, type: 'terms', terms: block.terms.map(([term, meaning]) => [term, say(meaning)]) };
      case 'command':
        return { things, type: 'command', ...(block.text ? { text: say(block.text) } : {}), ...shown! };
      case 'mistake':
        return { things, type: 'mistake', number: block.number, says: say(block.says), is: say(block.is), ...shown, ...this.seeFrame(block.see) };
      case 'picture':
        return { things, type: 'picture', picture: block.picture };
    }
  }

  private seeFrame(id: string | undefined): { readonly see?: { readonly chapter: string; readonly title: string } } {
    const chapter = this.chapters.find((one) => one.id === id);
    return chapter ? { see: { chapter: chapter.id, title: say(chapter.title) } } : {};
  }

  private commandFrame(command: Command, here: Place | undefined, moment: Moment): CommandFrame {
    const state = this.stateOf(command, moment);
    const seen = this.seen(command);
    return {
      id: command.id,
      lines: command.lines,
      where: command.inside?.at(-1)?.replace(/^docker exec -it (\S+) .*$/, '$1').replace(/^(?:\.\/)?([\w.-]+) .*$/, '$1') ?? (command.terminal ?? 'host'),
      state: state === 'todo' && command === here?.command ? 'here' : state,
      ...(seen === undefined ? {} : { seen }),
      ...(state === 'busy' && !this.lab.playing ? { isHeld: true } : {}),
    };
  }

  /** The last lines that stand on the screen since the command was typed. */
  private seen(command: Command): string | undefined {
    if (!this.runOf(command.id)) return undefined;
    const terminal = terminalOf(command);
    const bash = bashOf(this.lab.history.world, terminal);
    const [last] = command.lines.split('\n').slice(-1);
    const entry = bash && transcriptOf(terminal, bash.screen).findLast(({ line, printed }) => line.endsWith(last!) || printed.includes(last!));
    const lines = entry?.printed.trimEnd().split('\n').filter((line) => line.trim() !== '') ?? [];
    return lines.length === 0 ? undefined : lines.slice(-SEEN_LINES).join('\n');
  }
}
