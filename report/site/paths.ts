/** Where the pages of the site lie, from its root, with `/`. Ids and names have none of the characters that a file name must not have but those that are replaced. */

export const STYLE = 'style.css';
export const MATRIX = 'matrix.html';
export const CALLS = 'calls.html';
export const TRY = 'try.html';
export const INDEX = 'index.html';
export const CODES = 'codes.html';
export const TABLES = 'tables.html';

/** `scenarios/tcp.reset.pair~state=unread+first=recv.html`. */
export function scenarioPath(id: string): string {
  return `scenarios/${id.replaceAll('/', '.').replace('?', '~').replaceAll('&', '+')}.html`;
}

/** By the code's name: `codes/ECONNRESET.html`. */
export function codePath(name: string): string {
  return `codes/${name}.html`;
}

/** By a table's name and label: `tables/mongoose-7.16-posix.html`. */
export function tablePath(id: string): string {
  return `tables/${fileName(id)}.html`;
}

export function policyPath(id: string): string {
  return `policies/${fileName(id)}.html`;
}

function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9._+-]+/g, '-');
}

/** What leads from one page to another: pages are opened from disk, so that links are relative. */
export function link(from: string, to: string): string {
  return `${'../'.repeat(from.split('/').length - 1)}${to.split('/').map(encodeURIComponent).join('/').replaceAll('%3D', '=').replaceAll('%2B', '+')}`;
}

/** To an event's part of the front page: no event has a dot in its name. */
export function eventLink(from: string, event: string): string {
  return `${link(from, INDEX)}#${encodeURIComponent(eventId(event))}`;
}

export function eventId(event: string): string {
  return event.replace('/', '.');
}

/** To a library's part of the page of tables. */
export function libraryLink(from: string, library: string): string {
  return `${link(from, TABLES)}#${encodeURIComponent(libraryId(library))}`;
}

export function libraryId(library: string): string {
  return `library-${fileName(library)}`;
}

/** To the page that asks the models, with these steps. */
export function tryLink(from: string, steps: string): string {
  return `${link(from, TRY)}#steps=${encodeURIComponent(steps)}`;
}

/** Where a source is nothing but an address, or an issue as GitHub spells it (`golang/go#13434`): the address. Whatever else it says is text. */
export function sourceUrl(source: string): string | undefined {
  const [, repository, issue] = /^([\w-]+\/[\w-][\w.-]*)#(\d{1,9})$/.exec(source) ?? [];
  if (issue !== undefined) return `https://github.com/${repository}/issues/${issue}`;
  return /^https:\/\/[a-z0-9.-]+\/[^\s"'<>\\]*$/i.test(source) ? source : undefined;
}
