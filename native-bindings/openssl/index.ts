import { generateKeyPairSync } from 'node:crypto';
import koffi from 'koffi';
import { UNTOUCHED } from '../../language/code.ts';
import { type CodeRegister, captured } from '../captured.ts';
import { errnoRegister } from '../posix/errno.ts';
import type { Handle, Returned } from '../sockets.ts';
import { winsockLibrary } from '../winsock/library.ts';

/**
 * OpenSSL, as node itself carries and exports it: for add-ons, and so for koffi too. No dependency, and the same library on every platform that node runs on.
 *
 * The functions are those of https://docs.openssl.org/3.0/man3/ .
 */

/** This node exports no OpenSSL, or not all of it that is needed: it was built against a shared or another library. */
export class NoOpenSSL extends Error {
  override readonly name = 'NoOpenSSL';
}

/** SSL_get_error's values by number, https://docs.openssl.org/3.0/man3/SSL_get_error/ and include/openssl/ssl.h. */
const SSL_ERRORS = [
  'SSL_ERROR_NONE',
  'SSL_ERROR_SSL',
  'SSL_ERROR_WANT_READ',
  'SSL_ERROR_WANT_WRITE',
  'SSL_ERROR_WANT_X509_LOOKUP',
  'SSL_ERROR_SYSCALL',
  'SSL_ERROR_ZERO_RETURN',
] as const;

/** What one call of OpenSSL gave, and all that it left beside it. */
export interface SslReturned {
  readonly ret: number;
  /** SSL_get_error's number for this return. */
  readonly error: number;
  /** The number's name, or `SSL_ERROR_n` for one that is not in the list. */
  readonly name: string;
  /** errno or WSAGetLastError(), read as the very next native call; undefined where the call succeeded, or left it as it was preset. */
  readonly systemCode: number | undefined;
  /** The first code of the thread's error queue, 0 for an empty queue. The queue was empty before the call, and is after it. */
  readonly queue: number;
  /** SSL_pending: decrypted bytes that no SSL_read has taken. */
  readonly pending: number;
  /** SSL_has_pending: bytes in OpenSSL's own buffers, a partial record's too. */
  readonly hasPending: boolean;
}

/** A pointer of OpenSSL's, which only OpenSSL looks into. */
type Pointer = unknown;
// biome-ignore lint/suspicious/noExplicitAny: what a C function takes is known to its prototype, not to TypeScript
type Native = (...args: any[]) => any;

// include/openssl/ssl.h, include/openssl/bio.h: what are macros there.
const SSL_CTRL_MODE = 33;
const SSL_MODE_ENABLE_PARTIAL_WRITE = 0x1;
const SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER = 0x2;
const BIO_CTRL_PENDING = 10;
const MBSTRING_ASC = 0x1001;
/** X.509 version 3 is written as 2, RFC 5280, 4.1.2.1. */
const X509_V3 = 2;
const HOUR_S = 3600;

const PROTOTYPES = {
  OpenSSL_version: ['str', ['int']],
  TLS_method: ['void *', []],
  SSL_CTX_new: ['void *', ['void *']],
  SSL_CTX_use_certificate: ['int', ['void *', 'void *']],
  SSL_CTX_use_PrivateKey: ['int', ['void *', 'void *']],
  SSL_CTX_set_num_tickets: ['int', ['void *', 'size_t']],
  SSL_new: ['void *', ['void *']],
  SSL_free: ['void', ['void *']],
  SSL_ctrl: ['long', ['void *', 'int', 'long', 'void *']],
  SSL_set_fd: ['int', ['void *', 'int']],
  SSL_set_bio: ['void', ['void *', 'void *', 'void *']],
  SSL_set_accept_state: ['void', ['void *']],
  SSL_set_connect_state: ['void', ['void *']],
  SSL_get_error: ['int', ['void *', 'int']],
  SSL_get_version: ['str', ['void *']],
  SSL_pending: ['int', ['void *']],
  SSL_has_pending: ['int', ['void *']],
  BIO_new_bio_pair: ['int', ['void *', 'size_t', 'void *', 'size_t']],
  BIO_new_mem_buf: ['void *', ['void *', 'int']],
  BIO_read: ['int', ['void *', 'void *', 'int']],
  BIO_write: ['int', ['void *', 'void *', 'int']],
  BIO_ctrl: ['long', ['void *', 'int', 'long', 'void *']],
  BIO_free: ['int', ['void *']],
  ERR_get_error: ['unsigned long', []],
  ERR_clear_error: ['void', []],
  ERR_reason_error_string: ['str', ['unsigned long']],
  PEM_read_bio_PrivateKey: ['void *', ['void *', 'void *', 'void *', 'void *']],
  EVP_PKEY_free: ['void', ['void *']],
  EVP_sha256: ['void *', []],
  X509_new: ['void *', []],
  X509_free: ['void', ['void *']],
  X509_set_version: ['int', ['void *', 'long']],
  X509_get_serialNumber: ['void *', ['void *']],
  ASN1_INTEGER_set: ['int', ['void *', 'long']],
  X509_getm_notBefore: ['void *', ['void *']],
  X509_getm_notAfter: ['void *', ['void *']],
  X509_gmtime_adj: ['void *', ['void *', 'long']],
  X509_set_pubkey: ['int', ['void *', 'void *']],
  X509_get_subject_name: ['void *', ['void *']],
  X509_NAME_add_entry_by_txt: ['int', ['void *', 'str', 'int', 'str', 'int', 'int', 'int']],
  X509_set_issuer_name: ['int', ['void *', 'void *']],
  X509_sign: ['int', ['void *', 'void *', 'void *']],
} as const satisfies Record<string, readonly [result: string, parameters: readonly string[]]>;

type Functions = Readonly<Record<keyof typeof PROTOTYPES, Native>>;
/** The calls whose return and system code are kept as a pair. */
type Calls = Readonly<Record<'SSL_read' | 'SSL_write' | 'SSL_do_handshake' | 'SSL_shutdown', (...args: unknown[]) => Returned>>;

let loaded: OpenSSL | undefined;

/** node's own OpenSSL, once for each thread that asks. @throws NoOpenSSL */
export function openSSL(): OpenSSL {
  loaded ??= new OpenSSL(exportsOfNode());
  return loaded;
}

type Library = ReturnType<typeof koffi.load>;

function exportsOfNode(): Library {
  try {
    // null is the process itself and all that it has loaded; where koffi cannot ask for that, the executable by its name.
    return koffi.load(process.platform === 'win32' ? process.execPath : null);
  } catch (error) {
    throw new NoOpenSSL(`this node's own exports cannot be reached: ${(error as Error).message}`);
  }
}

/** Where this platform keeps the code of a system call that OpenSSL made: it reads it there itself (BIO_sock_should_retry). */
function systemRegister(): CodeRegister {
  return process.platform === 'win32' ? winsockLibrary().wsaError : errnoRegister(koffi.load(null));
}

/** The library's functions, and a context with a certificate that was made for this process. It is self-signed, and no side verifies it. */
export class OpenSSL {
  /** As OpenSSL writes it: `OpenSSL 3.0.19 27 Jan 2026`. */
  readonly version: string;
  readonly #c: Functions;
  readonly #calls: Calls;
  #context: Pointer;

  /** @param library what exports OpenSSL; `openSSL()` gives node's own. @throws NoOpenSSL */
  constructor(library: Pick<Library, 'func'>, register: CodeRegister = systemRegister()) {
    const missing: string[] = [];
    const find = <T>(name: string, define: () => T): T | undefined => {
      try {
        return define();
      } catch {
        missing.push(name);
        return undefined;
      }
    };
    const entries = Object.entries(PROTOTYPES).map(([name, [result, parameters]]) => [name, find(name, () => library.func(name, result, [...parameters]))]);
    const define = captured(library, register, (ret) => ret <= 0);
    const call = (name: string, ...parameters: string[]) => find(name, () => define(name, 'int', ['void *', ...parameters]));
    const calls = {
      SSL_read: call('SSL_read', 'void *', 'int'),
      SSL_write: call('SSL_write', 'void *', 'int'),
      SSL_do_handshake: call('SSL_do_handshake'),
      SSL_shutdown: call('SSL_shutdown'),
    };
    if (missing.length > 0) throw new NoOpenSSL(`this node exports no OpenSSL: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ' …' : ''} missing`);
    this.#c = Object.fromEntries(entries) as Functions;
    this.#calls = calls as Calls;
    this.version = this.#c.OpenSSL_version(0);
  }

  /** A TLS endpoint that reads and writes `socket` itself (SSL_set_fd). The socket stays the caller's to close. */
  onSocket(role: Role, socket: Handle): TlsEnd {
    const ssl = this.#newSsl(role);
    this.#must(this.#c.SSL_set_fd(ssl, socket) === 1, 'SSL_set_fd');
    return new TlsEnd(this.#c, this.#calls, ssl);
  }

  /**
   * A TLS endpoint between two memory buffers (a BIO pair, https://docs.openssl.org/3.0/man3/BIO_s_bio/): the caller feeds it what it received, and takes from
   * it what is to be sent. OpenSSL's end of an empty or full buffer answers -1 with its retry flag set, as a socket that would block does.
   */
  onBuffers(role: Role): TlsOnBuffers {
    const pair = [new BigUint64Array(1), new BigUint64Array(1)] as const;
    this.#must(this.#c.BIO_new_bio_pair(pair[0], 0, pair[1], 0) === 1, 'BIO_new_bio_pair');
    // Written as pointers: low words first, on every CPU that node runs on.
    const pointerOf = (slot: BigUint64Array): Pointer => koffi.decode(new Uint8Array(slot.buffer), 'void *');
    const [own, network] = pair.map(pointerOf);
    const ssl = this.#newSsl(role);
    this.#c.SSL_set_bio(ssl, own, own);
    return new TlsOnBuffers(this.#c, this.#calls, ssl, network);
  }

  /** What an error code of the queue says: `unexpected eof while reading`. */
  reasonOf(queued: number): string | undefined {
    return this.#c.ERR_reason_error_string(queued) ?? undefined;
  }

  #newSsl(role: Role): Pointer {
    this.#context ??= this.#newContext();
    const ssl = this.#pointer(this.#c.SSL_new(this.#context), 'SSL_new');
    this.#c.SSL_ctrl(ssl, SSL_CTRL_MODE, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, null);
    if (role === 'server') this.#c.SSL_set_accept_state(ssl);
    else this.#c.SSL_set_connect_state(ssl);
    return ssl;
  }

  #newContext(): Pointer {
    const context = this.#pointer(this.#c.SSL_CTX_new(this.#c.TLS_method()), 'SSL_CTX_new');
    // Session tickets arrive after the handshake; unread ones would make the peer's close a reset.
    this.#must(this.#c.SSL_CTX_set_num_tickets(context, 0) === 1, 'SSL_CTX_set_num_tickets');
    const key = this.#newKey();
    const certificate = this.#newCertificate(key);
    this.#must(this.#c.SSL_CTX_use_certificate(context, certificate) === 1, 'SSL_CTX_use_certificate');
    this.#must(this.#c.SSL_CTX_use_PrivateKey(context, key) === 1, 'SSL_CTX_use_PrivateKey');
    // The context holds references of its own.
    this.#c.X509_free(certificate);
    this.#c.EVP_PKEY_free(key);
    return context;
  }

  #newKey(): Pointer {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const pem = Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const bio = this.#pointer(this.#c.BIO_new_mem_buf(pem, pem.length), 'BIO_new_mem_buf');
    const key = this.#pointer(this.#c.PEM_read_bio_PrivateKey(bio, null, null, null), 'PEM_read_bio_PrivateKey');
    this.#c.BIO_free(bio);
    return key;
  }

  #newCertificate(key: Pointer): Pointer {
    const c = this.#c;
    const certificate = this.#pointer(c.X509_new(), 'X509_new');
    const subject = c.X509_get_subject_name(certificate);
    const built =
      c.X509_set_version(certificate, X509_V3) === 1 &&
      c.ASN1_INTEGER_set(c.X509_get_serialNumber(certificate), 1) === 1 &&
      c.X509_gmtime_adj(c.X509_getm_notBefore(certificate), -HOUR_S) !== null &&
      c.X509_gmtime_adj(c.X509_getm_notAfter(certificate), 24 * HOUR_S) !== null &&
      c.X509_set_pubkey(certificate, key) === 1 &&
      c.X509_NAME_add_entry_by_txt(subject, 'CN', MBSTRING_ASC, 'sockatlas', -1, -1, 0) === 1 &&
      c.X509_set_issuer_name(certificate, subject) === 1 &&
      c.X509_sign(certificate, key, c.EVP_sha256()) > 0;
    this.#must(built, 'making a certificate');
    return certificate;
  }

  #pointer(pointer: Pointer, what: string): Pointer {
    this.#must(pointer !== null, what);
    return pointer;
  }

  #must(good: boolean, what: string): void {
    if (good) return;
    const code = this.#c.ERR_get_error();
    this.#c.ERR_clear_error();
    throw new Error(`${what}: ${this.reasonOf(code) ?? `OpenSSL's error ${code}`}`);
  }
}

export type Role = 'server' | 'client';

/** One end of a TLS connection. Its calls never throw: they return what OpenSSL returned, with its error codes. */
export class TlsEnd {
  protected readonly c: Functions;
  readonly #calls: Calls;
  readonly #ssl: Pointer;
  #freed = false;

  constructor(c: Functions, calls: Calls, ssl: Pointer) {
    this.c = c;
    this.#calls = calls;
    this.#ssl = ssl;
  }

  /** `TLSv1.3` once the handshake is done. */
  get protocol(): string {
    return this.c.SSL_get_version(this.#ssl);
  }

  handshake(): SslReturned {
    this.c.ERR_clear_error();
    return this.#answered(this.#calls.SSL_do_handshake(this.#ssl));
  }

  /** SSL_read into `buffer`. */
  read(buffer: Uint8Array): SslReturned {
    this.c.ERR_clear_error();
    return this.#answered(this.#calls.SSL_read(this.#ssl, buffer, buffer.length));
  }

  /** SSL_write. A partial write counts as one; a repeated one may come from another buffer (SSL_set_mode). */
  write(data: Uint8Array): SslReturned {
    this.c.ERR_clear_error();
    return this.#answered(this.#calls.SSL_write(this.#ssl, data, data.length));
  }

  /** SSL_shutdown: sends close_notify, once. */
  shutdown(): SslReturned {
    this.c.ERR_clear_error();
    return this.#answered(this.#calls.SSL_shutdown(this.#ssl));
  }

  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.c.SSL_free(this.#ssl);
    this.freed();
  }

  protected freed(): void {}

  #answered({ ret, code }: Returned): SslReturned {
    // SSL_get_error looks at the queue, so it comes before the queue is read.
    const error: number = this.c.SSL_get_error(this.#ssl, ret);
    const queue = Number(this.c.ERR_get_error());
    this.c.ERR_clear_error();
    return {
      ret,
      error,
      name: SSL_ERRORS[error] ?? `SSL_ERROR_${error}`,
      systemCode: ret > 0 || code === UNTOUCHED ? undefined : code,
      queue,
      pending: this.c.SSL_pending(this.#ssl),
      hasPending: this.c.SSL_has_pending(this.#ssl) === 1,
    };
  }
}

/** OpenSSL between two buffers; `network` is the outer end of its BIO pair. */
export class TlsOnBuffers extends TlsEnd {
  readonly #network: Pointer;

  constructor(c: Functions, calls: Calls, ssl: Pointer, network: Pointer) {
    super(c, calls, ssl);
    this.#network = network;
  }

  /** Gives OpenSSL what was received: how many bytes it had room for. */
  feed(received: Uint8Array): number {
    return received.length === 0 ? 0 : Math.max(0, this.c.BIO_write(this.#network, received, received.length));
  }

  /** Takes what OpenSSL wants sent; empty where there is nothing. */
  take(): Uint8Array {
    const waiting: number = this.c.BIO_ctrl(this.#network, BIO_CTRL_PENDING, 0, null);
    if (waiting <= 0) return new Uint8Array(0);
    const bytes = new Uint8Array(waiting);
    return bytes.subarray(0, Math.max(0, this.c.BIO_read(this.#network, bytes, waiting)));
  }

  protected override freed(): void {
    this.c.BIO_free(this.#network);
  }
}
