/*
 * The witness: performs sequences of steps (docs/steps.md) by the system's own calls, with nothing of sockatlas in between. What the suite says of a sequence
 * and what this says of it must be the same.
 *
 * Usage: witness [--lanes N] [--pause MS] [--timeout MS] [--peer-process] < sequences
 * One sequence a line, as printSteps writes it; for each, in order, a line with its trace's tokens, or with `error: ` and why there is none.
 *
 * --lanes N       N sequences are under way at a time, so that pauses overlap. All in one thread.
 * --pause MS      how long to wait where no call tells that something has arrived (50): everywhere but on Linux.
 * --timeout MS    after which a blocking call counts as `blocked` (5000).
 * --peer-process  P's calls are made in another process, one for each lane, which `P kill` kills. POSIX only.
 */
#ifdef _WIN32
#define _WIN32_WINNT 0x0600
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#else
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
/* Not netinet/tcp.h: glibc's struct tcp_info ends before the counts of bytes. */
#include <linux/tcp.h>
#else
#include <netinet/tcp.h>
#endif
#endif
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- What differs between the systems ---- */

#ifdef _WIN32
typedef SOCKET handle;
enum { SHUT_READ = SD_RECEIVE, SHUT_WRITE = SD_SEND, SHUT_BOTH = SD_BOTH };
#define close_socket closesocket
static int last_code(void) { return WSAGetLastError(); }
static void set_code(int code) { WSASetLastError(code); }
static bool would_block(int code) { return code == WSAEWOULDBLOCK; }
static bool goes_on(int code) { return code == WSAEWOULDBLOCK; }
#else
typedef int handle;
enum { INVALID_SOCKET = -1, SHUT_READ = SHUT_RD, SHUT_WRITE = SHUT_WR, SHUT_BOTH = SHUT_RDWR };
#define close_socket close
static int last_code(void) { return errno; }
static void set_code(int code) { errno = code; }
static bool would_block(int code) { return code == EAGAIN || code == EWOULDBLOCK; }
/* Of a connect. */
static bool goes_on(int code) { return code == EINPROGRESS; }
#endif

enum {
  MAX_TEXT = 20000,
  MAX_STEPS = 1000,
  MAX_LENGTH = 1024 * 1024,
  MAX_MS = 60000,
  MAX_TOKEN = 64,
  RECV_LENGTH = 4096,
  FILL_LENGTH = 64 * 1024,
  MAX_FILLS = 100000,
  BACKLOG = 128,
  READINESS_MS = 1000,
  SETTLE_MS = 2000,
  /* Windows sends its SYN again for two seconds before it takes a refusal for an answer. */
  CONNECT_MS = 3000,
  /* No call's code: says that a failed call set none. */
  UNTOUCHED = 987654321,
  /* How far the sequences that are done may be ahead of the oldest that is not. */
  AHEAD = 4096,
#ifdef _WIN32
  MAX_LANES = 1000
#else
  /* select takes descriptors below 1024, and a lane has up to nine. */
  MAX_LANES = 100
#endif
};

static int lane_count = 1, pause_ms = 50, timeout_ms = 5000;
static bool has_peer_process = false;

static char received[MAX_LENGTH], payload[MAX_LENGTH];

static double now(void) {
#ifdef _WIN32
  LARGE_INTEGER count, frequency;
  QueryPerformanceCounter(&count);
  QueryPerformanceFrequency(&frequency);
  return count.QuadPart * 1e3 / frequency.QuadPart;
#else
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
#endif
}

static void rest(double ms) {
#ifdef _WIN32
  Sleep(ms < 1 ? 1 : (DWORD)ms);
#else
  struct timespec t = {(time_t)(ms / 1e3), 0};
  t.tv_nsec = (long)((ms - t.tv_sec * 1e3) * 1e6);
  nanosleep(&t, NULL);
#endif
}

#define NAMED(code) {code, #code}
static const struct {
  int code;
  const char *name;
} NAMES[] = {
#ifdef _WIN32
    NAMED(WSAEINTR),        NAMED(WSAEBADF),           NAMED(WSAEACCES),          NAMED(WSAEFAULT),       NAMED(WSAEINVAL),       NAMED(WSAEMFILE),
    NAMED(WSAEWOULDBLOCK),  NAMED(WSAEINPROGRESS),     NAMED(WSAEALREADY),        NAMED(WSAENOTSOCK),     NAMED(WSAEDESTADDRREQ), NAMED(WSAEMSGSIZE),
    NAMED(WSAEPROTOTYPE),   NAMED(WSAENOPROTOOPT),     NAMED(WSAEPROTONOSUPPORT), NAMED(WSAEOPNOTSUPP),   NAMED(WSAEAFNOSUPPORT), NAMED(WSAEADDRINUSE),
    NAMED(WSAEADDRNOTAVAIL), NAMED(WSAENETDOWN),       NAMED(WSAENETUNREACH),     NAMED(WSAENETRESET),    NAMED(WSAECONNABORTED), NAMED(WSAECONNRESET),
    NAMED(WSAENOBUFS),      NAMED(WSAEISCONN),         NAMED(WSAENOTCONN),        NAMED(WSAESHUTDOWN),    NAMED(WSAETIMEDOUT),    NAMED(WSAECONNREFUSED),
    NAMED(WSAEHOSTDOWN),    NAMED(WSAEHOSTUNREACH),    NAMED(WSAEDISCON),         NAMED(WSANOTINITIALISED), NAMED(WSAESOCKTNOSUPPORT), NAMED(WSAEPFNOSUPPORT),
#else
    NAMED(EPERM),        NAMED(ENOENT),       NAMED(EINTR),     NAMED(EIO),          NAMED(EBADF),           NAMED(EAGAIN),      NAMED(ENOMEM),
    NAMED(EACCES),       NAMED(EFAULT),       NAMED(EINVAL),    NAMED(ENFILE),       NAMED(EMFILE),          NAMED(EPIPE),       NAMED(ENOTSOCK),
    NAMED(EDESTADDRREQ), NAMED(EMSGSIZE),     NAMED(EPROTOTYPE), NAMED(ENOPROTOOPT), NAMED(EPROTONOSUPPORT), NAMED(EOPNOTSUPP),  NAMED(EAFNOSUPPORT),
    NAMED(EADDRINUSE),   NAMED(EADDRNOTAVAIL), NAMED(ENETDOWN), NAMED(ENETUNREACH),  NAMED(ENETRESET),       NAMED(ECONNABORTED), NAMED(ECONNRESET),
    NAMED(ENOBUFS),      NAMED(EISCONN),      NAMED(ENOTCONN),  NAMED(ESHUTDOWN),    NAMED(ETIMEDOUT),       NAMED(ECONNREFUSED), NAMED(EHOSTUNREACH),
    NAMED(EALREADY),     NAMED(EINPROGRESS),
#endif
};

static const char *name_of(int code) {
  static char number[32];
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
    if (NAMES[i].code == code) return NAMES[i].name;
  }
  if (code == UNTOUCHED) return "untouched";
  snprintf(number, sizeof number, "code:%d", code);
  return number;
}

/* ---- Sockets ---- */

enum transport { TCP, TCP6, UNIX, UDP, UDP6, TRANSPORTS };
static const char *const TRANSPORT_NAMES[] = {"tcp", "tcp6", "unix", "udp", "udp6"};

static bool is_tcp(enum transport transport) { return transport == TCP || transport == TCP6; }
static bool is_udp(enum transport transport) { return transport == UDP || transport == UDP6; }

struct address {
  struct sockaddr_storage at;
  socklen_t length;
};

static struct sockaddr *sockaddr_of(const struct address *address) { return (struct sockaddr *)&address->at; }

static bool own_name(handle s, struct address *name) {
  name->length = sizeof name->at;
  return getsockname(s, sockaddr_of(name), &name->length) == 0;
}

static bool is_same(const struct address *one, const struct address *other) {
  if (one->at.ss_family != other->at.ss_family) return false;
  if (one->at.ss_family == AF_INET) {
    const struct sockaddr_in *a = (const void *)&one->at, *b = (const void *)&other->at;
    return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
  }
  if (one->at.ss_family == AF_INET6) {
    const struct sockaddr_in6 *a = (const void *)&one->at, *b = (const void *)&other->at;
    return a->sin6_port == b->sin6_port && memcmp(&a->sin6_addr, &b->sin6_addr, sizeof a->sin6_addr) == 0;
  }
  /* What connects to a unix socket has no name; and no stranger knows the one that the kernel chose for the listener. */
  return true;
}

static handle fresh(enum transport transport) {
  int family = transport == UNIX ? AF_UNIX : transport == TCP6 || transport == UDP6 ? AF_INET6 : AF_INET;
  handle s = socket(family, is_udp(transport) ? SOCK_DGRAM : SOCK_STREAM, 0);
  int on = 1;
  if (s != INVALID_SOCKET && is_tcp(transport)) setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof on);
  return s;
}

static bool set_blocking(handle s, bool blocks) {
#ifdef _WIN32
  u_long on = !blocks;
  return ioctlsocket(s, FIONBIO, &on) == 0;
#else
  int on = !blocks;
  return ioctl(s, FIONBIO, &on) == 0;
#endif
}

/* Bound to a port of loopback's; a unix socket to a name in no folder, which the kernel chooses (unix(7), autobind). */
static handle bound(enum transport transport, struct address *name) {
  struct address any = {.length = sizeof(struct sockaddr_in)};
  if (transport == UNIX) {
    any.at.ss_family = AF_UNIX;
    any.length = offsetof(struct sockaddr, sa_data);
  } else if (transport == TCP6 || transport == UDP6) {
    *(struct sockaddr_in6 *)&any.at = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    any.length = sizeof(struct sockaddr_in6);
  } else {
    struct sockaddr_in *in = (struct sockaddr_in *)&any.at;
    in->sin_family = AF_INET;
    in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  handle s = fresh(transport);
  if (s == INVALID_SOCKET) return s;
  if (bind(s, sockaddr_of(&any), any.length) == 0 && own_name(s, name)) return s;
  int code = last_code();
  close_socket(s);
  set_code(code);
  return INVALID_SOCKET;
}

static handle listening(enum transport transport, struct address *name) {
  handle s = bound(transport, name);
  if (s != INVALID_SOCKET && listen(s, BACKLOG) == 0 && set_blocking(s, false)) return s;
  return INVALID_SOCKET;
}

/* The next connection that is from `from`; others are strangers', and dropped. */
static handle accepted_from(handle listener, const struct address *from) {
  for (;;) {
    struct address other = {.length = sizeof other.at};
    set_code(UNTOUCHED);
    handle s = accept(listener, sockaddr_of(&other), &other.length);
    if (s == INVALID_SOCKET || is_same(&other, from)) return s;
    close_socket(s);
  }
}

/*
 * The same for a connection that may have been reset already. Its address is not asked of accept: Wine 8 then says WSAENOTCONN. getpeername may fail too, or name
 * nothing (Wine 10): such a connection is taken for P's, if P has connected.
 */
static handle accepted_unnamed(handle listener, const struct address *from) {
  for (;;) {
    set_code(UNTOUCHED);
    handle s = accept(listener, NULL, NULL);
    if (s == INVALID_SOCKET) return s;
    struct address other = {.length = sizeof other.at};
    bool has_name = getpeername(s, sockaddr_of(&other), &other.length) == 0 && other.at.ss_family == from->at.ss_family;
    if (from->length > 0 && (!has_name || is_same(&other, from))) return s;
    close_socket(s);
  }
}

static void set_no_delay(handle s) {
  int on = 1;
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof on);
}

static int reset(handle s) {
  struct linger hard = {1, 0};
  setsockopt(s, SOL_SOCKET, SO_LINGER, (const char *)&hard, sizeof hard);
  return close_socket(s);
}

/* Where a connect is refused: a port that is bound, so that nobody else listens there, and closed. */
static bool refusing(enum transport transport, const struct address **name) {
  static struct {
    handle s;
    struct address name;
    bool is_there;
  } ports[TRANSPORTS];
  if (!ports[transport].is_there) {
    handle s = bound(transport, &ports[transport].name);
    if (s == INVALID_SOCKET) return false;
    ports[transport].s = s;
    ports[transport].is_there = true;
    if (is_udp(transport)) {
#ifdef _WIN32
      close_socket(s);
#else
      /* Connected to itself it takes nothing from others, for whom the port is closed. */
      if (connect(s, sockaddr_of(&ports[transport].name), ports[transport].name.length) == -1) return false;
#endif
    }
  }
  *name = &ports[transport].name;
  return true;
}

/* ---- What a connection's end says of itself, by calls that change nothing ---- */

#ifdef __linux__
#define TELLS true
#else
#define TELLS false
#endif

enum { ESTABLISHED = 1, SYN_SENT = 2, FIN_WAIT1 = 4, FIN_WAIT2 = 5, CLOSED = 7, CLOSE_WAIT = 8, LISTEN = 10 };

struct told {
  bool is_known;
  bool has_counts;
  int state;
  /* Segments that the other end has not acknowledged; of a listening socket the connections that wait. */
  uint32_t unacknowledged;
  /* Bytes that wait for the other end's window. */
  uint32_t unsent;
  uint64_t received, sent;
  int unread;
};

static struct told told_by(handle s) {
  struct told told = {0};
#ifdef __linux__
  struct tcp_info info;
  socklen_t length = sizeof info;
  if (s == INVALID_SOCKET || getsockopt(s, IPPROTO_TCP, TCP_INFO, &info, &length) == -1) return told;
  told.is_known = true;
  told.state = info.tcpi_state;
  told.unacknowledged = info.tcpi_unacked;
  told.has_counts = length >= offsetof(struct tcp_info, tcpi_bytes_sent) + sizeof info.tcpi_bytes_sent;
  if (told.has_counts) {
    told.unsent = info.tcpi_notsent_bytes;
    told.received = info.tcpi_bytes_received;
    told.sent = info.tcpi_bytes_sent;
  }
#else
  (void)s;
#endif
  return told;
}

#ifdef __linux__
static int unread_of(handle s) {
  int bytes = 0;
  return ioctl(s, FIONREAD, &bytes) == 0 ? bytes : 0;
}

/*
 * A datagram socket that is connected to itself. Loopback is a queue for each processor: when a datagram sent after something has arrived, so has that; and when
 * a second one has, so has what the first something drew, an ICMP error or an RST.
 */
static handle fence_socket = INVALID_SOCKET;

static bool make_fence(void) {
  struct address name;
  struct timeval limit = {SETTLE_MS / 1000, 0};
  fence_socket = bound(UDP, &name);
  return fence_socket != INVALID_SOCKET && connect(fence_socket, sockaddr_of(&name), name.length) == 0 &&
         setsockopt(fence_socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0;
}

static bool passes_fence(void) {
  for (int i = 0; i < 2; i++) {
    char byte = 0;
    if (send(fence_socket, &byte, 1, 0) != 1 || recv(fence_socket, &byte, 1, 0) != 1) return false;
  }
  return true;
}
#endif

/* Whether the other end's FIN is there. */
static bool has_fin(int state) { return state != ESTABLISHED && state != FIN_WAIT1 && state != FIN_WAIT2 && state != SYN_SENT; }
/* Whether this end may still send. */
static bool is_open(int state) { return state == ESTABLISHED || state == CLOSE_WAIT; }

static bool is_connected(int state) { return state != CLOSED && state != LISTEN; }

/*
 * Whether all that one end has sent is at the other. An acknowledgement may be delayed by 40 ms, and that of a FIN always is: so the other end is asked too.
 */
static bool has_arrived(const struct told *from, const struct told *at) {
  if (!from->is_known || !is_connected(from->state) || from->unacknowledged == 0) return true;
  if (!at->is_known || !from->has_counts || at->state == LISTEN) return false;
  bool fin = has_fin(at->state);
  return at->received - (fin ? 1 : 0) >= from->sent && (fin || is_open(from->state) || from->unsent > 0);
}

/* ---- P ---- */

struct peer {
  handle s;
  struct {
    handle s;
    struct address name;
    bool is_there;
  } listener[TRANSPORTS];
};

/* What P is asked, as data: it may cross to another process. */
struct request {
  enum { P_OPEN, P_CONNECT, P_LISTEN, P_ACCEPT, P_SEND, P_RECV, P_SHUTDOWN, P_CLOSE, P_RESET, P_TELL, P_FENCE, P_END } what;
  enum transport transport;
  int number;
  struct address address;
};
struct reply {
  bool failed;
  int code;
  struct address name;
  struct told told;
  /* Of what was received: how many bytes, in how many pieces, and whether that was all there will be: the end or an error came. */
  long bytes, pieces;
  bool is_all, at_end;
};

static void take_all(struct peer *peer, bool is_stream, struct reply *reply) {
  for (;;) {
    set_code(UNTOUCHED);
    long got = recv(peer->s, received, sizeof received, 0);
    if (got < 0) {
      reply->code = last_code();
      reply->is_all = !would_block(reply->code);
      return;
    }
    if (got == 0 && is_stream) {
      reply->is_all = reply->at_end = true;
      return;
    }
    reply->bytes += got;
    reply->pieces++;
  }
}

static bool do_as_peer(struct peer *peer, const struct request *request, struct reply *reply) {
  enum transport transport = request->transport;
  const struct address *address = &request->address;
  switch (request->what) {
    case P_OPEN:
      peer->s = is_udp(transport) ? bound(transport, &reply->name) : fresh(transport);
      return peer->s != INVALID_SOCKET && (!is_udp(transport) || set_blocking(peer->s, false));
    case P_CONNECT: {
#ifndef _WIN32
      /* Strangers may have filled the listener's queue; each SYN that is sent again would wait a second and more. */
      struct timeval limit = {SETTLE_MS / 1000, 0};
      setsockopt(peer->s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
#endif
      if (connect(peer->s, sockaddr_of(address), address->length) == 0) return own_name(peer->s, &reply->name) && set_blocking(peer->s, false);
      int code = last_code();
      set_blocking(peer->s, false);
      set_code(code);
      return false;
    }
    case P_LISTEN:
      if (!peer->listener[transport].is_there) {
        peer->listener[transport].s = listening(transport, &peer->listener[transport].name);
        if (peer->listener[transport].s == INVALID_SOCKET) return false;
        peer->listener[transport].is_there = true;
      }
      reply->name = peer->listener[transport].name;
      return true;
    case P_ACCEPT:
      peer->s = accepted_from(peer->listener[transport].s, address);
      if (peer->s == INVALID_SOCKET) return false;
      if (is_tcp(transport)) set_no_delay(peer->s);
      return set_blocking(peer->s, false);
    case P_SEND: {
      long left = request->number, sent;
      if (is_udp(transport)) return sendto(peer->s, payload, left, 0, sockaddr_of(address), address->length) >= 0;
      do sent = send(peer->s, payload, left, 0);
      while (sent > 0 && (left -= sent) > 0);
      return sent >= 0;
    }
    case P_RECV:
      take_all(peer, !is_udp(transport), reply);
      return true;
    case P_SHUTDOWN:
      return shutdown(peer->s, request->number) == 0;
    case P_CLOSE: {
#ifndef _WIN32
      if (is_udp(transport)) {
        /* Held, so that no other process gets the port, and closed to all but itself. */
        struct address own;
        return own_name(peer->s, &own) && connect(peer->s, sockaddr_of(&own), own.length) == 0;
      }
#endif
      handle s = peer->s;
      peer->s = INVALID_SOCKET;
      return close_socket(s) == 0;
    }
    case P_RESET: {
      handle s = peer->s;
      peer->s = INVALID_SOCKET;
      return reset(s) == 0;
    }
    case P_TELL:
      reply->told = told_by(peer->s);
#ifdef __linux__
      if (request->number) reply->told.unread = unread_of(peer->s);
#endif
      return true;
    case P_FENCE:
#ifdef __linux__
      return passes_fence();
#else
      return true;
#endif
    case P_END:
      if (peer->s != INVALID_SOCKET) is_tcp(transport) ? reset(peer->s) : close_socket(peer->s);
      peer->s = INVALID_SOCKET;
      return true;
  }
  return false;
}

static void answer(struct peer *peer, const struct request *request, struct reply *reply) {
  reply->code = 0;
  reply->bytes = reply->pieces = 0;
  reply->is_all = reply->at_end = false;
  reply->failed = !do_as_peer(peer, request, reply);
  if (reply->failed) reply->code = last_code();
}

/* ---- Sequences ---- */

enum verb {
  RECV,
  SEND,
  FILL,
  SO_ERROR_OF,
  POLL,
  SELECT,
  SHUTDOWN,
  GETPEERNAME,
  GETSOCKNAME,
  READABLE,
  CONNECT,
  ACCEPT,
  CLOSE,
  SOCKET_FRESH,
  SOCKET_LISTEN,
  BLOCKING,
  RCVTIMEO,
  RESET,
  KILL
};

struct step {
  bool of_peer, is_recorded, settles;
  enum verb verb;
  int count;
  /* A length, a direction, or ms. */
  int number;
  int flags;
  bool null, refused;
};

struct sequence {
  enum transport transport;
  int count;
  bool refuses;
  struct step steps[MAX_STEPS];
};

struct reader {
  const char *text, *at;
  char problem[200];
};

static bool refuse(struct reader *reader, const char *at, const char *format, ...) {
  int column = 1;
  for (const char *c = reader->text; c < at; c++) column += (*c & 0xc0) != 0x80;
  int end = snprintf(reader->problem, sizeof reader->problem, "column %d: ", column);
  va_list values;
  va_start(values, format);
  vsnprintf(reader->problem + end, sizeof reader->problem - end, format, values);
  va_end(values);
  return false;
}

static bool takes(struct reader *reader, const char *text) {
  size_t length = strlen(text);
  if (strncmp(reader->at, text, length) != 0) return false;
  reader->at += length;
  return true;
}

/* A whole word: what follows is none of its letters (strchr finds the end of the line too). */
static bool takes_word(struct reader *reader, const char *word) {
  const char *before = reader->at;
  if (takes(reader, word) && strchr(" ;)~", *reader->at) != NULL) return true;
  reader->at = before;
  return false;
}

static bool takes_number(struct reader *reader, int least, int most, int *number) {
  const char *c = reader->at;
  long value = 0;
  while (*c >= '0' && *c <= '9' && value <= most) value = value * 10 + (*c++ - '0');
  if (c == reader->at || (*reader->at == '0' && c > reader->at + 1) || value < least || value > most) {
    return refuse(reader, reader->at, "expected a number, %d to %d", least, most);
  }
  *number = (int)value;
  reader->at = c;
  return true;
}

static bool takes_direction(struct reader *reader, int *direction) {
  if (takes_word(reader, " read")) *direction = SHUT_READ;
  else if (takes_word(reader, " write")) *direction = SHUT_WRITE;
  else if (takes_word(reader, " both")) *direction = SHUT_BOTH;
  else return refuse(reader, reader->at, "expected a direction: read, write, both");
  return true;
}

static bool takes_length(struct reader *reader, int *length) {
  return takes(reader, " ") ? takes_number(reader, 0, MAX_LENGTH, length) : refuse(reader, reader->at, "expected a number of bytes");
}

static bool takes_received(struct reader *reader, struct step *step) {
  step->number = RECV_LENGTH;
  if (reader->at[0] == ' ' && reader->at[1] >= '0' && reader->at[1] <= '9') {
    const char *at = reader->at + 1;
    if (!takes_length(reader, &step->number)) return false;
    if (step->number == RECV_LENGTH) return refuse(reader, at, "%d is what is meant where none is written", RECV_LENGTH);
  }
  if (takes_word(reader, " MSG_WAITALL")) step->flags |= MSG_WAITALL;
  if (takes_word(reader, " MSG_OOB")) step->flags |= MSG_OOB;
  if (takes_word(reader, " NULL")) step->null = true;
  return takes(reader, " &") ? refuse(reader, reader->at - 1, "the witness makes no call that waits while the next steps are made") : true;
}

static bool takes_act(struct reader *reader, struct step *step) {
  static const struct {
    const char *word;
    enum verb verb;
    bool of_subject, of_peer;
  } VERBS[] = {
      {"recv", RECV, true, true},
      {"peek", RECV, true, false},
      {"send", SEND, true, true},
      {"fill", FILL, true, false},
      {"so_error", SO_ERROR_OF, true, false},
      {"poll", POLL, true, false},
      {"select", SELECT, true, false},
      {"shutdown", SHUTDOWN, true, true},
      {"getpeername", GETPEERNAME, true, false},
      {"getsockname", GETSOCKNAME, true, false},
      {"readable", READABLE, true, false},
      {"connect", CONNECT, true, true},
      {"accept", ACCEPT, true, false},
      {"close", CLOSE, true, true},
      {"socket", SOCKET_FRESH, true, false},
      {"listen", SOCKET_LISTEN, true, false},
      {"blocking", BLOCKING, true, false},
      {"rcvtimeo", RCVTIMEO, true, false},
      {"reset", RESET, false, true},
      {"kill", KILL, false, true},
  };
  const char *at = reader->at;
  for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++) {
    if (!(step->of_peer ? VERBS[i].of_peer : VERBS[i].of_subject) || !takes_word(reader, VERBS[i].word)) continue;
    step->verb = VERBS[i].verb;
    switch (step->verb) {
      case RECV:
        if (step->of_peer) {
          step->is_recorded = takes_word(reader, " recorded");
          return true;
        }
        if (VERBS[i].word[0] == 'p') step->flags = MSG_PEEK;
        return takes_received(reader, step);
      case SEND:
        return takes_length(reader, &step->number);
      case SHUTDOWN:
        return takes_direction(reader, &step->number);
      case CONNECT:
        step->refused = !step->of_peer && takes_word(reader, " refused");
        return true;
      case RCVTIMEO:
        return takes(reader, " ") ? takes_number(reader, 1, MAX_MS, &step->number) : refuse(reader, reader->at, "expected ms");
      default:
        return true;
    }
  }
  return refuse(reader, at, "expected a verb of %c", step->of_peer ? 'P' : 'S');
}

static bool takes_step(struct reader *reader, struct step *step) {
  *step = (struct step){.count = 1, .settles = true};
  bool brackets = takes(reader, "(");
  if (!brackets && takes(reader, "P ")) step->of_peer = true;
  else if (!takes(reader, "S ")) return refuse(reader, reader->at, "expected an actor");
  const char *at = reader->at;
  if (!takes_act(reader, step)) return false;
  if (takes(reader, "~")) step->settles = false;
  if (takes(reader, " \xc3\x97") && !takes_number(reader, 2, MAX_STEPS, &step->count)) return false;
  if (brackets && !takes(reader, ")")) return refuse(reader, reader->at, "expected \")\"");
  if (step->of_peer) return true;
  step->is_recorded = !brackets;
  bool prepares = step->verb == SOCKET_FRESH || step->verb == SOCKET_LISTEN || step->verb == BLOCKING || step->verb == RCVTIMEO;
  if (prepares && !brackets) return refuse(reader, at, "this prepares S, and stands in brackets");
  if (step->count > 1 && (step->verb == CLOSE || step->verb == FILL || step->verb == ACCEPT)) return refuse(reader, at, "this is made once");
  return true;
}

/* What may follow what: the rules of language/parse-steps.ts, read from docs/steps.md once more. */
struct order {
  enum verb opening;
  bool is_connected, is_over, has_recorded;
  int made;
};

static bool follows(struct reader *reader, const char *at, const struct sequence *sequence, const struct step *step, struct order *order) {
  bool is_first = sequence->count == 0;
  enum verb verb = step->verb;
  if ((order->made += step->count) > MAX_STEPS) return refuse(reader, at, "a sequence has at most %d steps", MAX_STEPS);
  if (step->is_recorded) order->has_recorded = true;
  if (!step->of_peer) {
    if (verb == SOCKET_FRESH || verb == SOCKET_LISTEN) {
      if (!is_first) return refuse(reader, at, "this is the first step, or none");
      if (is_udp(sequence->transport)) return refuse(reader, at, "a UDP socket is bound, and neither accepted nor listens");
      order->opening = verb;
      order->is_connected = false;
    }
    if (verb == CONNECT && !step->refused) {
      if (order->opening == SOCKET_LISTEN) return refuse(reader, at, "nobody listens for its connect");
      if (order->opening == SOCKET_FRESH) order->is_connected = true;
    }
    return true;
  }
  bool can = is_tcp(sequence->transport) || verb == SEND || verb == RECV || verb == CLOSE ||
             (sequence->transport == UNIX && (verb == SHUTDOWN || verb == KILL || verb == CONNECT));
  bool ends = verb == CLOSE || verb == RESET || verb == KILL;
  if (!can) return refuse(reader, at, "no step of a peer of %s", TRANSPORT_NAMES[sequence->transport]);
  if (order->is_over) return refuse(reader, at, "P is gone");
  if (verb == CONNECT) {
    if (order->opening != SOCKET_LISTEN) return refuse(reader, at, "P connects only to an S that listens");
    if (order->is_connected) return refuse(reader, at, "P is connected already");
    order->is_connected = true;
  } else if (!order->is_connected) return refuse(reader, at, "P is not connected yet");
  if (ends) order->is_over = true;
  if (step->count > 1 && (ends || verb == CONNECT)) return refuse(reader, at, "this is made once");
  if (verb == KILL && !has_peer_process) return refuse(reader, at, "P has no process of its own: --peer-process");
  return true;
}

static bool read_sequence(struct reader *reader, struct sequence *sequence) {
  sequence->transport = TCP;
  sequence->count = 0;
  sequence->refuses = false;
  for (int i = TCP + 1; i < TRANSPORTS; i++) {
    size_t length = strlen(TRANSPORT_NAMES[i]);
    if (strncmp(reader->at, TRANSPORT_NAMES[i], length) != 0 || strncmp(reader->at + length, ": ", 2) != 0) continue;
    sequence->transport = i;
    reader->at += length + 2;
    break;
  }
#ifndef __linux__
  if (sequence->transport == UNIX) return refuse(reader, reader->text, "the witness has unix sockets on Linux alone");
#endif
  struct order order = {.opening = ACCEPT, .is_connected = true};
  do {
    const char *at = reader->at;
    struct step step;
    if (!takes_step(reader, &step) || !follows(reader, at, sequence, &step, &order)) return false;
    if (step.verb == CONNECT && step.refused) sequence->refuses = true;
    sequence->steps[sequence->count++] = step;
  } while (takes(reader, "; "));
  if (*reader->at != '\0') return refuse(reader, reader->at, "expected \"; \" or the end");
  return order.has_recorded ? true : refuse(reader, reader->at, "nothing is recorded");
}

/* ---- Calls on S ---- */

/* A call, as data: it may cross to another thread. */
struct call {
  enum verb verb;
  handle s;
  int number, flags;
  bool null;
  /* How long poll and select wait. */
  int ms;
  /* connect's; sendto's, where send is not meant. */
  const struct address *to;
  /* accept's: whose connection it is. */
  const struct address *from;

  bool failed;
  int code;
  long bytes;
  /* SO_ERROR's value, or the bits that poll or select set. */
  int value;
  handle accepted;
};

#ifdef _WIN32
/* POLLIN there is POLLRDNORM | POLLRDBAND. */
enum { ASKED_IN = POLLRDNORM, ASKED_OUT = POLLWRNORM };
#else
enum { ASKED_IN = POLLIN, ASKED_OUT = POLLOUT };
#endif

static void make(struct call *call) {
  long ret = -1;
  handle s = call->s;
  set_code(UNTOUCHED);
  switch (call->verb) {
    case RECV:
      call->bytes = ret = recv(s, call->null ? NULL : received, call->number, call->flags);
      break;
    case SEND:
      ret = call->to == NULL ? send(s, payload, call->number, 0) : sendto(s, payload, call->number, 0, sockaddr_of(call->to), call->to->length);
      call->bytes = ret;
      break;
    case FILL:
      for (int i = 0; i < MAX_FILLS; i++) {
        set_code(UNTOUCHED);
        ret = call->to == NULL ? send(s, payload, FILL_LENGTH, 0) : sendto(s, payload, FILL_LENGTH, 0, sockaddr_of(call->to), call->to->length);
        if (ret < 0) break;
      }
      break;
    case SO_ERROR_OF: {
      socklen_t length = sizeof call->value;
      ret = getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&call->value, &length);
      break;
    }
    case POLL: {
#ifdef _WIN32
      WSAPOLLFD asked = {s, ASKED_IN | ASKED_OUT, 0};
      ret = WSAPoll(&asked, 1, call->ms);
#else
      struct pollfd asked = {s, ASKED_IN | ASKED_OUT, 0};
      ret = poll(&asked, 1, call->ms);
#endif
      call->value = asked.revents;
      break;
    }
    case SELECT: {
      fd_set read, write, except;
      struct timeval limit = {call->ms / 1000, call->ms % 1000 * 1000};
      FD_ZERO(&read);
      FD_SET(s, &read);
      write = except = read;
      ret = select((int)s + 1, &read, &write, &except, &limit);
      call->value = ret <= 0 ? 0 : (FD_ISSET(s, &read) ? 1 : 0) | (FD_ISSET(s, &write) ? 2 : 0) | (FD_ISSET(s, &except) ? 4 : 0);
      break;
    }
    case SHUTDOWN:
      ret = shutdown(s, call->number);
      break;
    case GETPEERNAME:
    case GETSOCKNAME: {
      struct address name = {.length = sizeof name.at};
      ret = call->verb == GETPEERNAME ? getpeername(s, sockaddr_of(&name), &name.length) : getsockname(s, sockaddr_of(&name), &name.length);
      break;
    }
    case READABLE: {
#ifdef _WIN32
      u_long bytes = 0;
      ret = ioctlsocket(s, FIONREAD, &bytes);
#else
      int bytes = 0;
      ret = ioctl(s, FIONREAD, &bytes);
#endif
      call->bytes = (long)bytes;
      break;
    }
    case CONNECT:
      ret = connect(s, sockaddr_of(call->to), call->to->length);
      break;
    case ACCEPT:
      call->accepted = accepted_unnamed(s, call->from);
      ret = call->accepted == INVALID_SOCKET ? -1 : 0;
      break;
    case CLOSE:
      ret = close_socket(s);
      break;
    case RCVTIMEO: {
#ifdef _WIN32
      DWORD limit = (DWORD)call->number;
#else
      struct timeval limit = {call->number / 1000, call->number % 1000 * 1000};
#endif
      ret = setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&limit, sizeof limit);
      break;
    }
    default:
      break;
  }
  call->code = last_code();
  call->failed = ret < 0;
}

static bool may_block(enum verb verb) { return verb == RECV || verb == SEND || verb == FILL || verb == CONNECT || verb == ACCEPT; }

/* Makes a call on a blocking socket; false where it does not return. */
#ifdef _WIN32
static HANDLE stuck = NULL;

static DWORD WINAPI make_in_thread(void *call) {
  make(call);
  return 0;
}

static bool returns(struct call *call) {
  HANDLE thread = CreateThread(NULL, 0, make_in_thread, call, 0, NULL);
  if (thread == NULL || WaitForSingleObject(thread, (DWORD)timeout_ms) != WAIT_OBJECT_0) {
    stuck = thread;
    return false;
  }
  CloseHandle(thread);
  return true;
}

/* Closing its socket ends the call; where it does not, nothing else would. */
static void end_stuck(void) {
  if (stuck == NULL) return;
  if (WaitForSingleObject(stuck, 1000) != WAIT_OBJECT_0) TerminateThread(stuck, 0);
  CloseHandle(stuck);
  stuck = NULL;
}
#else
static volatile sig_atomic_t is_late;

static void on_alarm(int signal) {
  (void)signal;
  is_late = 1;
}

static bool returns(struct call *call) {
  /* Again and again: the first may come before the call has begun to wait. */
  struct itimerval limit = {{0, 10000}, {timeout_ms / 1000, timeout_ms % 1000 * 1000}}, none = {0};
  is_late = 0;
  setitimer(ITIMER_REAL, &limit, NULL);
  make(call);
  setitimer(ITIMER_REAL, &none, NULL);
  return !is_late;
}
#endif

static int print_token(char *token, const struct call *call, bool is_stream) {
  static const struct {
    int bit;
    const char *name;
  } EVENTS[] = {{ASKED_IN, "IN"}, {ASKED_OUT, "OUT"}, {POLLERR, "ERR"}, {POLLHUP, "HUP"}, {POLLPRI, "PRI"}, {POLLNVAL, "NVAL"}};
  if (call->failed) return sprintf(token, "%s", name_of(call->code));
  switch (call->verb) {
    case RECV:
      if (call->bytes == 0) return sprintf(token, "%s", is_stream && call->number > 0 ? "eof" : "0");
      return sprintf(token, "data:%ld", call->bytes);
    case SEND:
      return sprintf(token, "sent:%ld", call->bytes);
    case READABLE:
      return sprintf(token, "readable:%ld", call->bytes);
    case SO_ERROR_OF:
      return sprintf(token, "so_error:%s", call->value == 0 ? "0" : name_of(call->value));
    case POLL: {
      int end = sprintf(token, "poll:");
      const char *gap = "";
      for (size_t i = 0; i < sizeof EVENTS / sizeof *EVENTS; i++) {
        if ((call->value & EVENTS[i].bit) == 0) continue;
        end += sprintf(token + end, "%s%s", gap, EVENTS[i].name);
        gap = "|";
      }
      return *gap == '\0' ? end + sprintf(token + end, "0") : end;
    }
    case SELECT:
      return sprintf(token, "select:%c%c%c", call->value & 1 ? 'r' : '-', call->value & 2 ? 'w' : '-', call->value & 4 ? 'x' : '-');
    default:
      return sprintf(token, "ok");
  }
}

/* ---- Lanes: a sequence under way ---- */

struct lane {
  long index;
  bool is_busy;
  struct sequence sequence;
  /* The step that is next, and how often it was made already. */
  int next, made;

  handle s, listens;
  struct address s_name;
  bool is_blocking, is_closed, is_connected;
  /* S has connected to P's listener, and P has not accepted it yet. */
  bool is_unaccepted;
  struct {
    handle s;
    struct address name;
    bool is_there;
  } listener[TRANSPORTS];

  struct peer peer;
  struct address p_name;
  /* P is there, and may be asked; or was. */
  bool has_peer, had_peer;
#ifndef _WIN32
  pid_t child;
  int to_child, from_child;
#endif
  struct reply reply, taken;
  /* What S is asked again and again. */
  struct call call;

  enum { NOTHING, PAUSED, FLOW_TO_S, FLOW_TO_P, FIN_AT_S, FIN_AT_P, RESET_AT_S, RESET_AT_P, QUEUED, CONNECTED, ACCEPTED, DRAINED, READY } awaits;
  double until;
  bool has_asked;

  int end;
  char trace[MAX_TOKEN * (MAX_STEPS + 1)];
};

static struct lane *lanes;
/* Whose S is closed. While there are any no lane makes a socket: it could be given the handle on which their next calls are made. */
static int closed_lanes = 0;
static char *done[AHEAD];

#ifndef _WIN32
static bool passes_all(int fd, void *data, size_t length, ssize_t (*pass)(int, void *, size_t)) {
  for (char *at = data; length > 0;) {
    ssize_t passed = pass(fd, at, length);
    if (passed == -1 && errno == EINTR) continue;
    if (passed <= 0) return false;
    at += passed;
    length -= passed;
  }
  return true;
}

static ssize_t written(int fd, void *data, size_t length) { return write(fd, data, length); }

/* The process of a peer: it answers until its lane is gone. */
static void be_peer(int in, int out) {
  static struct peer peer = {.s = INVALID_SOCKET};
  /* What others hold too is not closed when it is closed here. */
  for (int fd = 0; fd < FD_SETSIZE; fd++) {
    if (fd != in && fd != out && fd != STDERR_FILENO) close(fd);
  }
#ifdef __linux__
  if (!make_fence()) _exit(1);
#endif
  struct request request;
  struct reply reply = {0};
  while (passes_all(in, &request, sizeof request, read)) {
    answer(&peer, &request, &reply);
    if (!passes_all(out, &reply, sizeof reply, written)) break;
  }
  _exit(0);
}

static bool start_child(struct lane *lane) {
  int there[2], back[2];
  if (pipe(there) == -1 || pipe(back) == -1) return false;
  fflush(stdout);
  lane->child = fork();
  if (lane->child == 0) be_peer(there[0], back[1]);
  close(there[0]);
  close(back[1]);
  lane->to_child = there[1];
  lane->from_child = back[0];
  return lane->child != -1;
}

static void end_child(struct lane *lane) {
  if (lane->child <= 0) return;
  kill(lane->child, SIGKILL);
  while (waitpid(lane->child, NULL, 0) == -1 && errno == EINTR) {}
  close(lane->to_child);
  close(lane->from_child);
  lane->child = 0;
}
#endif

/* Asks P; whether it was done, lane->reply has the rest. */
static bool ask(struct lane *lane, struct request *request) {
  request->transport = lane->sequence.transport;
#ifndef _WIN32
  if (has_peer_process) {
    if (passes_all(lane->to_child, request, sizeof *request, written) && passes_all(lane->from_child, &lane->reply, sizeof lane->reply, read)) {
      return !lane->reply.failed;
    }
    perror("witness: the peer's process");
    exit(1);
  }
#endif
  answer(&lane->peer, request, &lane->reply);
  return !lane->reply.failed;
}

static struct told told_by_s(struct lane *lane) { return told_by(lane->is_closed ? INVALID_SOCKET : lane->s); }

static struct told told_by_p(struct lane *lane, bool with_unread) {
  if (!TELLS || !lane->has_peer) return (struct told){0};
  ask(lane, &(struct request){.what = P_TELL, .number = with_unread});
  return lane->reply.told;
}

static void finish(struct lane *lane) {
  if (!lane->is_closed && lane->s != INVALID_SOCKET) is_tcp(lane->sequence.transport) ? reset(lane->s) : close_socket(lane->s);
  if (lane->listens != INVALID_SOCKET) close_socket(lane->listens);
  lane->s = lane->listens = INVALID_SOCKET;
#ifdef _WIN32
  end_stuck();
  ask(lane, &(struct request){.what = P_END});
#else
  if (!has_peer_process || lane->child > 0) ask(lane, &(struct request){.what = P_END});
#endif
  char *text = malloc(lane->end + 1);
  if (text == NULL) {
    perror("witness");
    exit(1);
  }
  memcpy(text, lane->trace, lane->end);
  text[lane->end] = '\0';
  done[lane->index % AHEAD] = text;
  lane->is_busy = false;
  if (lane->is_closed) closed_lanes--;
}

static bool fail(struct lane *lane, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int end = sprintf(lane->trace, "error: ");
  lane->end = end + vsnprintf(lane->trace + end, 200, format, values);
  va_end(values);
  finish(lane);
  return false;
}

static void record(struct lane *lane, const char *token) { lane->end += sprintf(lane->trace + lane->end, "%s%s", lane->end == 0 ? "" : " ", token); }

/* Makes S and P as the first step says. */
static bool begin(struct lane *lane) {
  struct sequence *sequence = &lane->sequence;
  enum transport transport = sequence->transport;
  enum verb opening = sequence->steps[0].of_peer ? RECV : sequence->steps[0].verb;
  const struct address *closed;
  lane->s = lane->listens = INVALID_SOCKET;
  lane->next = lane->made = lane->end = 0;
  lane->is_blocking = lane->is_closed = lane->is_connected = lane->is_unaccepted = lane->has_peer = lane->had_peer = false;
  lane->awaits = NOTHING;
#ifndef _WIN32
  if (has_peer_process && lane->child <= 0 && !start_child(lane)) return fail(lane, "the peer's process: %s", name_of(last_code()));
#endif
  if (sequence->refuses && !refusing(transport, &closed)) return fail(lane, "a closed port: %s", name_of(last_code()));

  if (opening == SOCKET_FRESH) {
    if (!ask(lane, &(struct request){.what = P_LISTEN})) return fail(lane, "P listen: %s", name_of(lane->reply.code));
    lane->p_name = lane->reply.name;
    lane->s = fresh(transport);
  } else {
    if (!ask(lane, &(struct request){.what = P_OPEN})) return fail(lane, "P socket: %s", name_of(lane->reply.code));
    if (opening == SOCKET_LISTEN) {
      lane->p_name.length = 0;
      lane->s = listening(transport, &lane->s_name);
    } else if (is_udp(transport)) {
      lane->p_name = lane->reply.name;
      lane->has_peer = lane->had_peer = true;
      lane->s = bound(transport, &lane->s_name);
    } else {
      if (!lane->listener[transport].is_there) {
        lane->listener[transport].s = listening(transport, &lane->listener[transport].name);
        if (lane->listener[transport].s == INVALID_SOCKET) return fail(lane, "listen: %s", name_of(last_code()));
        lane->listener[transport].is_there = true;
      }
      if (!ask(lane, &(struct request){.what = P_CONNECT, .address = lane->listener[transport].name})) {
        return fail(lane, "P connect: %s", name_of(lane->reply.code));
      }
      lane->p_name = lane->reply.name;
      lane->has_peer = lane->had_peer = true;
      for (double limit = 0; (lane->s = accepted_from(lane->listener[transport].s, &lane->p_name)) == INVALID_SOCKET; rest(1)) {
        if (limit == 0) limit = now() + SETTLE_MS;
        if (now() > limit) return fail(lane, "accept: %s", name_of(last_code()));
      }
      if (is_tcp(transport)) set_no_delay(lane->s);
    }
  }
  if (lane->s == INVALID_SOCKET || !set_blocking(lane->s, false)) return fail(lane, "S socket: %s", name_of(last_code()));
#ifndef _WIN32
  if (lane->s >= FD_SETSIZE) return fail(lane, "too many descriptors for select");
#endif
  return true;
}

/* What a step waits for. Where nothing tells, and where the fence is enough, this waits itself or says PAUSED. */
static void await(struct lane *lane, int what) {
  lane->awaits = what;
  lane->has_asked = false;
}

static void await_fence(struct lane *lane, bool of_peer) {
#ifdef __linux__
  if (of_peer && lane->has_peer) ask(lane, &(struct request){.what = P_FENCE});
  else passes_fence();
#else
  (void)lane;
  (void)of_peer;
#endif
}

/* One end has closed: `before` is what it told of itself just before. */
static void await_end(struct lane *lane, bool of_peer, bool by_reset, const struct told *before) {
  if (!before->is_known || before->state == CLOSED) return;
  struct told other = of_peer ? told_by_s(lane) : told_by_p(lane, false);
  if (!other.is_known || other.state == LISTEN) return await_fence(lane, of_peer);
  if (by_reset || before->unread > 0) return await(lane, of_peer ? RESET_AT_S : RESET_AT_P);
  /* The FIN waits behind what the other end has no room for. */
  if (before->unsent > 0) return await_fence(lane, of_peer);
  if (is_open(before->state)) await(lane, of_peer ? FIN_AT_S : FIN_AT_P);
}

static void add_taken(struct lane *lane) {
  lane->taken.bytes += lane->reply.bytes;
  lane->taken.pieces += lane->reply.pieces;
  lane->taken.is_all = lane->reply.is_all;
  lane->taken.at_end = lane->reply.at_end;
  lane->taken.code = lane->reply.code;
}

static void record_taken(struct lane *lane) {
  char token[MAX_TOKEN];
  if (lane->taken.bytes > 0) sprintf(token, "data:%ld", lane->taken.bytes);
  else if (lane->taken.pieces > 0) sprintf(token, "0");
  else sprintf(token, "%s", lane->taken.at_end ? "eof" : name_of(lane->taken.code));
  record(lane, token);
}

/* Whether what one end sends has arrived, so far as there is room. */
static bool has_flowed(struct lane *lane, bool from_peer) {
  static const struct told unknown = {0};
  struct told from = from_peer ? told_by_p(lane, false) : told_by_s(lane);
  if (has_arrived(&from, &unknown)) return true;
  struct told at = from_peer ? told_by_s(lane) : told_by_p(lane, false);
  return has_arrived(&from, &at);
}

/* What P has not taken yet may wait for the room that it makes: until S has nothing left to send. */
static bool has_drained(struct lane *lane) {
  struct told s = told_by_s(lane);
  bool was_all = (s.unsent == 0 || !is_connected(s.state)) && has_flowed(lane, false);
  ask(lane, &(struct request){.what = P_RECV});
  add_taken(lane);
  return was_all || lane->taken.is_all;
}

static bool peer_step(struct lane *lane, const struct step *step) {
  enum transport transport = lane->sequence.transport;
  struct told before = {0};
  bool ends = step->verb == CLOSE || step->verb == RESET || step->verb == KILL;
  if (ends && is_tcp(transport)) before = told_by_p(lane, true);
  switch (step->verb) {
    case SEND:
      ask(lane, &(struct request){.what = P_SEND, .number = step->number, .address = lane->s_name});
      break;
    case RECV:
      lane->taken = (struct reply){0};
      if (TELLS && is_tcp(transport) && step->settles) {
        await(lane, DRAINED);
        return true;
      }
      ask(lane, &(struct request){.what = P_RECV});
      add_taken(lane);
      if (step->is_recorded) record_taken(lane);
      return true;
    case SHUTDOWN:
      ask(lane, &(struct request){.what = P_SHUTDOWN, .number = step->number});
      break;
    case CONNECT:
      lane->has_peer = lane->had_peer = true;
      if (!ask(lane, &(struct request){.what = P_CONNECT, .address = lane->s_name})) return true;
      lane->p_name = lane->reply.name;
      break;
    case CLOSE:
      ask(lane, &(struct request){.what = P_CLOSE});
      break;
    case RESET:
      ask(lane, &(struct request){.what = P_RESET});
      break;
#ifndef _WIN32
    case KILL:
      end_child(lane);
      break;
#endif
    default:
      break;
  }
  if (ends && !is_udp(transport)) lane->has_peer = false;
  if (!step->settles) return true;
  if (!TELLS) await(lane, PAUSED);
  else if (is_udp(transport)) await_fence(lane, true);
  else if (is_tcp(transport)) {
    if (ends) await_end(lane, true, step->verb == RESET, &before);
    else if (step->verb == CONNECT) await(lane, QUEUED);
    else await(lane, FLOW_TO_S);
  }
  return true;
}

/* Whether the sequence goes on. */
static bool take_answer(struct lane *lane, const struct step *step, const struct call *call) {
  bool connects = step->verb == CONNECT && (!call->failed || goes_on(call->code));
  if (step->is_recorded) {
    char token[MAX_TOKEN];
    print_token(token, call, !is_udp(lane->sequence.transport));
    record(lane, token);
  } else if (call->failed && step->verb != FILL && !connects) {
    return fail(lane, "step %d, in brackets: %s", lane->next + 1, name_of(call->code));
  }
  return true;
}

/* Whether the sequence goes on. */
static bool subject_step(struct lane *lane, const struct step *step) {
  enum transport transport = lane->sequence.transport;
  struct call call = {.verb = step->verb, .s = lane->s, .number = step->number, .flags = step->flags, .null = step->null, .ms = READINESS_MS, .from = &lane->p_name};
  struct told before = {0};
  switch (step->verb) {
    case SOCKET_FRESH:
    case SOCKET_LISTEN:
      return true;
    case BLOCKING:
      if (!set_blocking(lane->s, true)) return fail(lane, "(S blocking): %s", name_of(last_code()));
      lane->is_blocking = true;
      return true;
    case SEND:
    case FILL:
      if (is_udp(transport) && !lane->is_connected) call.to = &lane->p_name;
      break;
    case CONNECT:
      if (step->refused) refusing(transport, &call.to);
      else if (lane->p_name.length <= (socklen_t)offsetof(struct sockaddr, sa_data)) return fail(lane, "S connect: P has no address");
      else call.to = &lane->p_name;
      break;
    case POLL:
    case SELECT:
      if (lane_count == 1) break;
      /* One call would keep the other lanes waiting. */
      call.ms = 0;
      lane->call = call;
      await(lane, READY);
      return true;
    case CLOSE:
      if (is_tcp(transport)) {
        before = told_by_s(lane);
#ifdef __linux__
        before.unread = unread_of(lane->s);
#endif
      }
      break;
    default:
      break;
  }

  if (!lane->is_blocking || !may_block(step->verb)) make(&call);
  else if (!returns(&call)) {
    if (!step->is_recorded) return fail(lane, "a step in brackets does not return");
    record(lane, "blocked");
    finish(lane);
    return false;
  }

  if (!take_answer(lane, step, &call)) return false;

  switch (step->verb) {
    case ACCEPT:
      if (call.failed) {
        finish(lane);
        return false;
      }
      if (lane->listens == INVALID_SOCKET) lane->listens = lane->s;
      lane->s = call.accepted;
      set_blocking(lane->s, lane->is_blocking);
      if (is_tcp(transport)) set_no_delay(lane->s);
      return true;
    case CLOSE:
      if (!lane->is_closed) closed_lanes++;
      lane->is_closed = true;
      if (!step->settles) return true;
      if (!TELLS) await(lane, PAUSED);
      else if (is_tcp(transport)) await_end(lane, false, false, &before);
      return true;
    case CONNECT:
      if (is_udp(transport) && !call.failed) lane->is_connected = true;
      if ((call.failed && !goes_on(call.code)) || is_udp(transport)) return true;
      if (!step->refused && !lane->had_peer) lane->is_unaccepted = own_name(lane->s, &lane->s_name);
      if (step->settles) await(lane, CONNECTED);
      return true;
    case SEND:
    case FILL:
    case SHUTDOWN:
      if (!step->settles) return true;
      if (!TELLS) await(lane, PAUSED);
      else if (is_udp(transport)) await_fence(lane, false);
      else if (is_tcp(transport)) await(lane, FLOW_TO_P);
      return true;
    default:
      return true;
  }
}

/* Whether S, which is connecting, has connected or failed; in the latter case P will not accept it. */
static bool has_connected(struct lane *lane) {
  if (lane->sequence.transport == UNIX) return true;
#ifdef __linux__
  struct told told = told_by_s(lane);
  if (told.state == CLOSED) lane->is_unaccepted = false;
  return told.state != SYN_SENT;
#else
  fd_set write, except;
  struct timeval none = {0};
  FD_ZERO(&write);
  FD_SET(lane->s, &write);
  except = write;
  if (select((int)lane->s + 1, NULL, &write, &except, &none) <= 0) return false;
  if (FD_ISSET(lane->s, &except)) lane->is_unaccepted = false;
  return true;
#endif
}

static bool has_accepted(struct lane *lane) {
  if (closed_lanes > 0) {
    lane->has_asked = false;
    return false;
  }
  if (!ask(lane, &(struct request){.what = P_ACCEPT, .address = lane->s_name})) return false;
  lane->is_unaccepted = false;
  lane->has_peer = lane->had_peer = true;
  return true;
}

static bool is_there(struct lane *lane) {
  struct told at;
  switch (lane->awaits) {
    case NOTHING:
      return true;
    case PAUSED:
      return false;
    case CONNECTED:
      return has_connected(lane);
    case ACCEPTED:
      return has_accepted(lane);
    case DRAINED:
      return has_drained(lane);
    case READY:
      make(&lane->call);
      return lane->call.failed || lane->call.value != 0;
    case QUEUED:
      at = told_by_s(lane);
      return !at.is_known || at.state != LISTEN || at.unacknowledged > 0;
    case FLOW_TO_S:
    case FLOW_TO_P:
      return has_flowed(lane, lane->awaits == FLOW_TO_S);
    default:
      at = lane->awaits == FIN_AT_S || lane->awaits == RESET_AT_S ? told_by_s(lane) : told_by_p(lane, false);
      return !at.is_known || (lane->awaits == RESET_AT_S || lane->awaits == RESET_AT_P ? at.state == CLOSED : has_fin(at.state));
  }
}

/* Whether the lane may go on; ends the sequence where what it waits for does not come. */
static bool has_settled(struct lane *lane) {
  if (lane->awaits == NOTHING) return true;
  /* Before what is there: a process that was stopped meanwhile looks once more. */
  bool is_late = lane->has_asked && now() > lane->until;
  if (is_there(lane) || (is_late && (lane->awaits == PAUSED || lane->awaits == READY))) {
    const struct step *step = &lane->sequence.steps[lane->next];
    if (lane->awaits == READY && !take_answer(lane, step, &lane->call)) return false;
    if (lane->awaits == DRAINED && step->is_recorded) record_taken(lane);
    bool accepts = lane->awaits == CONNECTED && lane->is_unaccepted;
    await(lane, NOTHING);
    if (!accepts) return true;
    await(lane, ACCEPTED);
    return has_settled(lane);
  }
  if (!lane->has_asked) {
    switch (lane->awaits) {
      case PAUSED:
        lane->until = now() + pause_ms;
        break;
      case READY:
        lane->until = now() + READINESS_MS;
        break;
      case CONNECTED:
        lane->until = now() + CONNECT_MS;
        break;
      default:
        lane->until = now() + SETTLE_MS;
    }
    lane->has_asked = true;
  }
  if (is_late) fail(lane, "not settled: step %d", lane->next + 1);
  return false;
}

static void end_step(struct lane *lane) {
  if (lane->made < lane->sequence.steps[lane->next].count) return;
  lane->made = 0;
  lane->next++;
}

/* Goes on until the sequence waits or is done. Whether anything was done. */
static bool advance(struct lane *lane) {
  for (bool has_done = false;; has_done = true) {
    bool waits = lane->awaits != NOTHING;
    if (!has_settled(lane)) return has_done || !lane->is_busy;
    if (waits) end_step(lane);
    if (lane->next == lane->sequence.count) {
      finish(lane);
      return true;
    }
    const struct step *step = &lane->sequence.steps[lane->next];
    /* P's socket is there before P does something, and before a handle of S's is free. */
    if (lane->is_unaccepted && (step->of_peer || step->verb == CLOSE)) {
      await(lane, CONNECTED);
      continue;
    }
    bool makes_handle = !step->of_peer && (step->verb == ACCEPT || lane->is_blocking);
    if (makes_handle && closed_lanes > 0 && !lane->is_closed) return has_done;
    lane->made++;
    if (!(step->of_peer ? peer_step(lane, step) : subject_step(lane, step))) return true;
    if (lane->awaits == NOTHING) end_step(lane);
  }
}

/* ---- Lines ---- */

static struct {
  char bytes[64 * 1024];
  int at, end;
  bool is_over;
} input;

/* Whether a read would not keep the lanes waiting. */
static bool has_input(void) {
  if (input.at < input.end || input.is_over) return true;
#ifdef _WIN32
  return true;
#else
  struct pollfd asked = {STDIN_FILENO, POLLIN, 0};
  return poll(&asked, 1, 0) != 0;
#endif
}

/* The next line, cut where it is longer than any sequence; its length, -1 at the end. */
static int read_line(char *line, int room) {
  int length = 0;
  bool has_any = false;
  for (;;) {
    if (input.at == input.end && !input.is_over) {
      fflush(stdout);
      input.at = 0;
      input.end = (int)read(0, input.bytes, sizeof input.bytes);
      if (input.end <= 0) input.end = 0, input.is_over = true;
    }
    if (input.at == input.end) return has_any ? length : -1;
    has_any = true;
    char c = input.bytes[input.at++];
    if (c == '\n') return length;
    if (length < room) line[length++] = c;
  }
}

static long lines_read = 0, lines_printed = 0;

static bool start(struct lane *lane) {
  static char line[2 * MAX_TEXT + 2];
  int length = read_line(line, sizeof line - 1);
  if (length == -1) return false;
  line[length] = '\0';
  lane->index = lines_read++;
  lane->is_busy = true;
  lane->s = lane->listens = INVALID_SOCKET;
  lane->is_closed = false;
  struct reader reader = {.text = line, .at = line};
  int characters = 0;
  for (const char *c = line; *c != '\0'; c++) characters += (*c & 0xc0) != 0x80;
  if (characters > MAX_TEXT) fail(lane, "a sequence has at most %d characters", MAX_TEXT);
  else if (strlen(line) < (size_t)length) fail(lane, "a NUL is in no step");
  else if (!read_sequence(&reader, &lane->sequence)) fail(lane, "%s", reader.problem);
  else begin(lane);
  return true;
}

static void print_done(void) {
  for (char *text; (text = done[lines_printed % AHEAD]) != NULL; lines_printed++) {
    fputs(text, stdout);
    putchar('\n');
    free(text);
    done[lines_printed % AHEAD] = NULL;
  }
}

/* Nothing can be done: until the first pause is over, or until the kernel has had a turn. */
static void wait_for_lanes(int idle) {
  double first = 0;
  for (int i = 0; i < lane_count; i++) {
    if (!lanes[i].is_busy) continue;
    if (lanes[i].awaits != PAUSED) {
#ifndef _WIN32
      if (idle < 100) {
        sched_yield();
        return;
      }
#endif
      rest(0.1);
      return;
    }
    if (first == 0 || lanes[i].until < first) first = lanes[i].until;
  }
  double left = first - now();
  if (left > 0) rest(left);
  (void)idle;
}

static void perform_all(void) {
  for (int idle = 0;; idle++) {
    int busy = 0;
    bool has_done = false;
    for (int i = 0; i < lane_count; i++) {
      struct lane *lane = &lanes[i];
      while (!lane->is_busy && closed_lanes == 0 && lines_read - lines_printed < AHEAD && (busy == 0 || has_input()) && start(lane)) {}
      if (!lane->is_busy) continue;
      busy++;
      if (advance(lane)) has_done = true;
    }
    print_done();
    if (has_done) idle = 0;
    else if (busy > 0) wait_for_lanes(idle);
    else if (input.is_over && input.at == input.end) return;
  }
}

static bool takes_value(const char *text, int least, int most, int *number) {
  struct reader reader = {.text = text, .at = text};
  return text != NULL && takes_number(&reader, least, most, number) && *reader.at == '\0';
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    bool is_read = false;
    if (strcmp(argv[i], "--peer-process") == 0) is_read = has_peer_process = true;
    else if (strcmp(argv[i], "--lanes") == 0) is_read = takes_value(argv[++i], 1, MAX_LANES, &lane_count);
    else if (strcmp(argv[i], "--pause") == 0) is_read = takes_value(argv[++i], 0, MAX_MS, &pause_ms);
    else if (strcmp(argv[i], "--timeout") == 0) is_read = takes_value(argv[++i], 1, MAX_MS, &timeout_ms);
    if (is_read) continue;
    fprintf(stderr, "usage: witness [--lanes 1-%d] [--pause MS] [--timeout MS] [--peer-process] < sequences\n", MAX_LANES);
    return 2;
  }
#ifdef _WIN32
  WSADATA started;
  if (has_peer_process || WSAStartup(MAKEWORD(2, 2), &started) != 0) {
    fprintf(stderr, "witness: %s\n", has_peer_process ? "--peer-process: not on Windows" : "WSAStartup failed");
    return 2;
  }
  _setmode(0, _O_BINARY);
  _setmode(1, _O_BINARY);
#else
  signal(SIGPIPE, SIG_IGN);
  struct sigaction alarm = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &alarm, NULL);
#endif
#ifdef __linux__
  if (!make_fence()) {
    perror("witness: a datagram to itself");
    return 1;
  }
#endif
  static char output[64 * 1024];
  setvbuf(stdout, output, _IOFBF, sizeof output);
  memset(payload, 'w', sizeof payload);
  lanes = calloc(lane_count, sizeof *lanes);
  if (lanes == NULL) {
    perror("witness");
    return 1;
  }
  for (int i = 0; i < lane_count; i++) lanes[i].peer.s = INVALID_SOCKET;
  perform_all();
#ifndef _WIN32
  for (int i = 0; i < lane_count; i++) end_child(&lanes[i]);
#endif
  return fflush(stdout) == 0 ? 0 : 1;
}
