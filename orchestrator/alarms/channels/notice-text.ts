import type { AlarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import { instantText } from '../instant-text.ts';

/** A notice as lines of text, below its title. */
export const noticeText = ({ summary, since, fix, command, url }: AlarmNotice): string =>
  [
    summary,
    `Since: ${instantText(new Date(since))}`,
    `To do: ${fix}`,
    `Look: ${command}`,
    `More: ${url}`,
  ].join('\n');
