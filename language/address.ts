export type InetFamily = 'inet' | 'inet6';

interface InetAddress {
  readonly family: InetFamily;
  /** Numeric, as inet_pton takes it. */
  readonly host: string;
  readonly port: number;
}
interface UnixAddress {
  readonly family: 'unix';
  readonly path: string;
}
export type Address = InetAddress | UnixAddress;

/** Whether both are the same port of the same host; a path names no socket that has connected. */
export function isSameAddress(a: Address | undefined, b: Address): boolean {
  return a !== undefined && a.family !== 'unix' && b.family !== 'unix' && a.port === b.port && a.host === b.host;
}
