import type { RunState, StepState } from '@triad/shared/contracts/run-view.ts';
import type { Style } from './style.ts';

const SPINNER = [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'];
const SPINNER_FRAME_MS = 100;

/** One character for a step's state; that of a running step turns with the time `now`. */
export function stepGlyph(state: StepState, style: Style, now: Date): string {
  switch (state) {
    case 'succeeded':
      return style.good('✓');
    case 'failed':
      return style.bad('✗');
    case 'cancelled':
      return style.warning('⊘');
    case 'skipped':
      return style.faint('–');
    case 'awaiting':
      return style.warning('?');
    case 'dispatched':
      return style.active(spinnerAt(now));
    case 'waiting':
    case 'ready':
      return style.faint('·');
  }
}

export function runStateText(state: RunState, style: Style): string {
  switch (state) {
    case 'succeeded':
      return style.good(state);
    case 'failed':
      return style.bad(state);
    case 'cancelled':
    case 'cancelling':
      return style.warning(state);
    case 'queued':
      return style.faint(state);
    case 'running':
      return style.active(state);
  }
}

const spinnerAt = (now: Date): string =>
  SPINNER[Math.floor(now.getTime() / SPINNER_FRAME_MS) % SPINNER.length] ?? '';
