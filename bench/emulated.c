/*
 * What is measured natively and under `emulate`. Usage: emulated recv-continued|recv-replaced prints the median and the mean of 100,000 recv calls in ns; emulated served
 * MILLISECONDS COMMAND… starts the server, COMMAND… serve, and prints the ns of one request to it and back; emulated computed MILLISECONDS the ns of one round of work without sockets and files.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS 100000

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return difference < 0 ? -1 : difference > 0;
}

static void connected(int pair[2]) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  pair[1] = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, length) == -1 || listen(listener, 8) == -1 || getsockname(listener, (struct sockaddr *)&address, &length) == -1 ||
      connect(pair[1], (struct sockaddr *)&address, length) == -1 || (pair[0] = accept(listener, NULL, NULL)) == -1) {
    perror("connecting");
    exit(1);
  }
  for (int i = 0; i < 2; i++) setsockopt(pair[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  close(listener);
}

/* A recv that would block, or, of a connection that was reset, what the platform says: natively an end, after the first. */
static int received(int is_reset) {
  static double took[CALLS];
  int pair[2];
  char buffer[4096];
  connected(pair);
  if (is_reset) {
    struct linger linger = {.l_onoff = 1};
    setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(pair[1]);
    struct pollfd one = {.fd = pair[0]};
    if (poll(&one, 1, 1000) != 1) return 1;
  }
  double begun = now();
  for (int i = 0; i < CALLS; i++) {
    double before = now();
    ssize_t ret = recv(pair[0], buffer, sizeof buffer, MSG_DONTWAIT);
    took[i] = now() - before;
    if (ret > 0 || (!is_reset && errno != EAGAIN)) return 1;
  }
  double mean = (now() - begun) / CALLS;
  qsort(took, CALLS, sizeof *took, by_value);
  printf("{\"ns\": %.1f, \"mean\": %.1f}\n", took[CALLS / 2], mean);
  return 0;
}

/* One connection: what comes is sent back. It says its port. */
static int serve(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  char buffer[256];
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (bind(listener, (struct sockaddr *)&address, length) == -1 || listen(listener, 8) == -1 || getsockname(listener, (struct sockaddr *)&address, &length) == -1) return 1;
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  int fd = accept(listener, NULL, NULL);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  for (ssize_t got; (got = recv(fd, buffer, sizeof buffer, 0)) > 0;) send(fd, buffer, got, 0);
  return 0;
}

/* The server is a process of its own, and the only one that may be emulated. */
static int served(double wanted, char **command) {
  int said[2], port = 0;
  char buffer[256];
  if (pipe(said) == -1) return 1;
  pid_t server = fork();
  if (server == 0) {
    dup2(said[1], 1);
    close(said[0]);
    close(said[1]);
    execvp(command[0], command);
    _exit(1);
  }
  close(said[1]);
  FILE *from = fdopen(said[0], "r");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int pair[2] = {-1, socket(AF_INET, SOCK_STREAM, 0)}, on = 1;
  if (fscanf(from, "%d", &port) != 1) return 1;
  address.sin_port = htons(port);
  if (connect(pair[1], (struct sockaddr *)&address, sizeof address) == -1) return 1;
  setsockopt(pair[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  long requests = 0;
  double begun = now(), passed;
  do {
    for (int i = 0; i < 100; i++) {
      if (send(pair[1], "GET / HTTP/1.0\r\n\r\n", 18, 0) != 18 || recv(pair[1], buffer, sizeof buffer, 0) != 18) return 1;
    }
    requests += 100;
    passed = now() - begun;
  } while (passed < wanted);
  close(pair[1]);
  waitpid(server, NULL, 0);
  printf("{\"ns\": %.1f}\n", passed / requests);
  return 0;
}

static int computed(double wanted) {
  uint64_t state = 1;
  long rounds = 0;
  double begun = now(), passed;
  do {
    for (int i = 0; i < 1000000; i++) state = state * 6364136223846793005u + 1442695040888963407u;
    rounds++;
    passed = now() - begun;
  } while (passed < wanted);
  if (state == 0) return 1;
  printf("{\"ns\": %.1f}\n", passed / rounds);
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  double wanted = (argc > 2 ? atof(argv[2]) : 1000) * 1e6;
  if (strcmp(what, "recv-continued") == 0) return received(0);
  if (strcmp(what, "recv-replaced") == 0) return received(1);
  if (strcmp(what, "served") == 0) return served(wanted, argv + 3);
  if (strcmp(what, "serve") == 0) return serve();
  if (strcmp(what, "computed") == 0) return computed(wanted);
  return 2;
}
