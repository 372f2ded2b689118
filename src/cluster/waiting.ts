/** Waiting for a condition while a world runs: what was noted and logged since it began. */
import { at } from '../kernel/append-list.ts';
import type { ItemId } from '../kernel/agenda.ts';
import type { Fact, Micros } from '../kernel/program.ts';
import { findProcess, type World } from '../kernel/world.ts';
import type { Since } from './conditions.ts';

/** Whether a fact of a type is among some, with the fields it is to have. */
export function isNoted(facts: readonly Fact[], type: string, where: Readonly<Record<string, unknown>>): boolean {
  return facts.some((fact) => fact.type === type && Object.entries(where).every(([key, value]) => (fact as unknown as Record<string, unknown>)[key] === value));
}

export class Waiting implements Since {
  private readonly facts: Fact[] = [];
  private readonly began: Micros;

  constructor(
    private readonly since: ItemId,
    private readonly world: () => World,
  ) {
    this.began = world().now;
  }

  see(facts: readonly Fact[]): void {
    for (const fact of facts) this.facts.push(fact);
  }

  noted(type: string, where: Readonly<Record<string, unknown>>): boolean {
    return isNoted(this.facts, type, where);
  }

  logged(process: string, text: string): boolean {
    const lines = findProcess(this.world(), process)?.lines;
    if (!lines) return false;
    for (let index = lines.length - 1; index >= 0; index--) {
      const line = at(lines, index)!;
      if (line.item < this.since) return false;
      if (line.text.includes(text)) return true;
    }
    return false;
  }

  ended(process: string): number | undefined {
    const { endedAt = null, exitCode = null } = findProcess(this.world(), process) ?? {};
    return endedAt === null || endedAt < this.began ? undefined : (exitCode ?? undefined);
  }
}
