import type { Address, InetFamily } from '../language/address.ts';

/** sockaddr_in, sockaddr_in6 and sockaddr_un differ between platforms in the family's number and width alone. */
export interface SockaddrLayout {
  readonly AF_INET: number;
  readonly AF_INET6: number;
  readonly AF_UNIX: number;
  /** BSD's sa_len: a byte of length, then a byte of family, where others have 16 bits of family. */
  readonly hasLength: boolean;
  /** The room for a path in sockaddr_un, its NUL included. */
  readonly unixPathBytes: number;
  /** The library's own inet_pton and inet_ntop. */
  // biome-ignore lint/suspicious/noExplicitAny: what a C function takes is known to the prototype, not to TypeScript
  readonly pton: (...args: any[]) => number;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly ntop: (...args: any[]) => string;
}

/** Room for the largest of the three. */
export const SOCKADDR_BYTES = 128;

const PORT = 2;
const INET_HOST = 4;
const INET6_HOST = 8;
const UNIX_PATH = 2;

export class Sockaddr {
  readonly #layout: SockaddrLayout;
  readonly #hosts = new Map<string, Uint8Array>();
  // Scratch memory, as an address is encoded for one call.
  readonly #inet = new Uint8Array(16);
  readonly #inet6 = new Uint8Array(28);

  constructor(layout: SockaddrLayout) {
    this.#layout = layout;
  }

  /** Good until the next call of it. @throws RangeError for a path too long for sockaddr_un, TypeError for a host that inet_pton refuses. */
  encode(address: Address): Uint8Array {
    if (address.family === 'unix') return this.#encodeUnix(address.path);
    const inet6 = address.family === 'inet6';
    const bytes = inet6 ? this.#inet6 : this.#inet;
    this.#writeFamily(bytes, inet6 ? this.#layout.AF_INET6 : this.#layout.AF_INET);
    bytes[PORT] = address.port >> 8;
    bytes[PORT + 1] = address.port & 0xff;
    bytes.set(this.#host(address.family, address.host), inet6 ? INET6_HOST : INET_HOST);
    return bytes;
  }

  /** `bytes` holds `length` bytes of an address, as the system wrote them; undefined where it wrote none, or of a family not known here. */
  decode(bytes: Uint8Array, length: number): Address | undefined {
    if (length < UNIX_PATH) return undefined;
    const { AF_INET, AF_INET6, AF_UNIX, hasLength } = this.#layout;
    const family = hasLength ? bytes[1] : (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    const port = ((bytes[PORT] ?? 0) << 8) | (bytes[PORT + 1] ?? 0);
    switch (family) {
      case AF_INET:
        return { family: 'inet', host: `${bytes[4]}.${bytes[5]}.${bytes[6]}.${bytes[7]}`, port };
      case AF_INET6:
        return { family: 'inet6', host: this.#layout.ntop(AF_INET6, bytes.slice(INET6_HOST, INET6_HOST + 16), new Uint8Array(64), 64), port };
      case AF_UNIX:
        return { family: 'unix', path: Buffer.from(bytes.subarray(UNIX_PATH, length)).toString().replace(/\0.*$/s, '') };
      default:
        return undefined;
    }
  }

  #encodeUnix(path: string): Uint8Array {
    const encoded = Buffer.from(path);
    if (encoded.length >= this.#layout.unixPathBytes) {
      throw new RangeError(`the path of an AF_UNIX socket may have at most ${this.#layout.unixPathBytes - 1} bytes, this one has ${encoded.length}: ${path}`);
    }
    const bytes = new Uint8Array(UNIX_PATH + encoded.length + 1);
    this.#writeFamily(bytes, this.#layout.AF_UNIX);
    bytes.set(encoded, UNIX_PATH);
    return bytes;
  }

  #writeFamily(bytes: Uint8Array, family: number): void {
    if (this.#layout.hasLength) {
      bytes[0] = bytes.length;
      bytes[1] = family;
    } else {
      bytes[0] = family & 0xff;
      bytes[1] = family >> 8;
    }
  }

  #host(family: InetFamily, host: string): Uint8Array {
    let bytes = this.#hosts.get(host);
    if (bytes === undefined) {
      const [number, length] = family === 'inet6' ? [this.#layout.AF_INET6, 16] : [this.#layout.AF_INET, 4];
      bytes = new Uint8Array(length);
      if (this.#layout.pton(number, host, bytes) !== 1) throw new TypeError(`${JSON.stringify(host)} is not an ${family} address (inet_pton)`);
      this.#hosts.set(host, bytes);
    }
    return bytes;
  }
}
