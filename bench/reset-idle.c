/*
 * tcp/reset/idle in C: the system calls of one trial, in its order, and what a trial makes of them: a token for each recv, a trace, a count.
 * Usage: reset-idle MILLISECONDS. Prints the nanoseconds that a trial took, and the commonest trace.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { RECORDED = 5, TRACE_BYTES = 256, TRACES = 16 };

static struct {
  char trace[TRACE_BYTES];
  long count;
} traces[TRACES];

static double spent;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void count(const char *trace) {
  for (int i = 0; i < TRACES; i++) {
    if (traces[i].count == 0) strcpy(traces[i].trace, trace);
    if (strcmp(traces[i].trace, trace) == 0) {
      traces[i].count++;
      return;
    }
  }
}

static int state(int s) {
  struct tcp_info info;
  socklen_t length = 28;
  if (getsockopt(s, IPPROTO_TCP, TCP_INFO, &info, &length) == -1) fail("TCP_INFO");
  return info.tcpi_state;
}

static void close_by_reset(int s) {
  struct linger hard = {1, 0};
  if (setsockopt(s, SOL_SOCKET, SO_LINGER, &hard, sizeof hard) == -1) fail("SO_LINGER");
  close(s);
}

/* One recorded call: the clock, errno preset, the call, errno, the clock. */
static int record(int s, char *trace, int end) {
  static char buffer[4096];
  double begun = now();
  errno = 987654321;
  ssize_t ret = recv(s, buffer, sizeof buffer, 0);
  int code = errno;
  spent += now() - begun;
  const char *gap = end > 0 ? " " : "";
  if (ret == 0) return end + sprintf(trace + end, "%seof", gap);
  if (ret > 0) return end + sprintf(trace + end, "%sdata:%zd", gap, ret);
  if (code == ECONNRESET) return end + sprintf(trace + end, "%sECONNRESET", gap);
  return end + sprintf(trace + end, "%scode:%d", gap, code);
}

static void trial(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener == -1) fail("socket");
  if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1) fail("bind");
  if (listen(listener, 128) == -1) fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &length) == -1) fail("getsockname");
  int peer = socket(AF_INET, SOCK_STREAM, 0);
  if (peer == -1) fail("socket");
  struct timeval most = {.tv_sec = 1};
  if (setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) == -1) fail("SO_SNDTIMEO");
  if (connect(peer, (struct sockaddr *)&address, sizeof address) == -1) fail("connect");
  int at_once = 1;
  if (setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) == -1) fail("TCP_NODELAY");
  struct sockaddr_in own, other;
  length = sizeof own;
  if (getsockname(peer, (struct sockaddr *)&own, &length) == -1) fail("getsockname");
  length = sizeof other;
  int subject = accept(listener, (struct sockaddr *)&other, &length);
  if (subject == -1) fail("accept");
  if (other.sin_port != own.sin_port || other.sin_addr.s_addr != own.sin_addr.s_addr || state(subject) == TCP_CLOSE) fail("a stranger");
  int on = 1;
  if (ioctl(subject, FIONBIO, &on) == -1) fail("FIONBIO");
  close(listener);
  close_by_reset(peer);
  while (state(subject) != TCP_CLOSE);
  char trace[TRACE_BYTES];
  for (int i = 0, end = 0; i < RECORDED; i++) end = record(subject, trace, end);
  count(trace);
  close_by_reset(subject);
}

int main(int argc, char **argv) {
  double wanted = (argc > 1 ? atof(argv[1]) : 1000) * 1e6;
  long trials = 0;
  double begun = now(), passed;
  do {
    for (int i = 0; i < 100; i++) trial();
    trials += 100;
    passed = now() - begun;
  } while (passed < wanted);
  printf("{\"ns\": %.0f, \"trace\": \"%s\", \"count\": %ld, \"trials\": %ld}\n", passed / trials, traces[0].trace, traces[0].count, trials);
  return 0;
}
