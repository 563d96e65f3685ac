import { stories } from '../suites/index.ts';

/** `tcp/reset`, of `tcp/reset/idle`. */
export function eventOf(id: string): string {
  return id.slice(0, id.indexOf('/', id.indexOf('/') + 1));
}

const titles = new Map(stories.map(({ id, about }) => [eventOf(id), about]));

/** What has happened in an event's scenarios, in a few words; nothing for an event that this version does not know. */
export function titleOf(event: string): string {
  return titles.get(event) ?? '';
}
