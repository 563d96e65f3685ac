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
