import type { Dice } from './dice.ts';
import type { EventQueue } from './event-queue.ts';
import type { Life } from './life.ts';
import type { Network } from './network.ts';
import type { Weather } from './weather.ts';

export interface IncidentOptions {
  dice: Dice;
  queue: EventQueue;
  weather: Weather;
  network: Network;
  /** Processes that live now. */
  lives: () => Life[];
  note: (text: string) => void;
}

const minute = 60_000;

/** Something befalls a process, or a way between two. */
export function strike({ dice, queue, weather, network, lives, note }: IncidentOptions): void {
  const life = dice.pickAny(lives());
  const kind = dice.pick(['kill', 'freeze', 'jump', 'partition', 'all jump'] as const);
  if (kind === 'partition') {
    const way = dice.pick<[string, string]>([
      ['orchestrator', 'invoker'],
      ['invoker', 'orchestrator'],
      ['user', 'orchestrator'],
      ['orchestrator', 'people'],
    ]);
    note(`nothing from ${way[0]} reaches ${way[1]}`);
    network.partition(way[0], way[1], dice.between(5000, 3 * minute));
    return;
  }
  if (!life) return;
  const struck = kind === 'all jump' ? lives() : [life];
  weather.count(kind === 'all jump' ? 'clock jump of all' : kind);
  if (kind === 'kill') {
    life.die();
  } else if (kind === 'freeze') {
    note(`${life.name} freezes`);
    life.freeze(dice.between(5000, 2 * minute));
  } else {
    const ms = Math.round(dice.between(-10, 10) * dice.pick([1000, minute]));
    note(`the clock of ${struck.map(({ name }) => name).join(', ')} jumps by ${ms} ms`);
    for (const own of struck) own.clockOffsetMs += ms;
    queue.in(dice.between(10_000, 4 * minute), () => {
      for (const own of struck) own.clockOffsetMs = 0;
    });
  }
}
