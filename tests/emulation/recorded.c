/* A program whose calls on sockets are recorded: the first argument names what it does. It says what it gets. It knows nothing of sockatlas. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static char bytes[4 * 1024 * 1024];

static void say(const char *what, long ret) {
  printf("%s %ld %s %.10s\n", what, ret, ret < 0 ? strerrorname_np(errno) : "", ret > 0 && ret < 100 ? bytes : "");
  memset(bytes, 0, 100);
}

static void on_pipe(int signal) {
  (void)signal;
  static const char text[] = "SIGPIPE\n";
  fflush(stdout);
  if (write(1, text, sizeof text - 1) < 0) _exit(99);
}

/* A connection: S is [0], its peer P is [1]. */
static void connection(int pair[2]) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  pair[1] = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 1) || getsockname(listener, (struct sockaddr *)&address, &length) ||
      connect(pair[1], (struct sockaddr *)&address, length)) {
    perror("connection");
    exit(99);
  }
  pair[0] = accept(listener, NULL, NULL);
  close(listener);
}

static void reset(int fd) {
  struct linger linger = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(fd);
}

static void nonblocking(int fd) {
  fcntl(fd, F_SETFL, O_NONBLOCK);
}

static void tcp(void) {
  int pair[2], value = 7;
  connection(pair);
  struct sigaction action = {.sa_handler = on_pipe};
  sigaction(SIGPIPE, &action, NULL);
  say("recv", recv(pair[0], bytes, 100, MSG_DONTWAIT));
  nonblocking(pair[0]);
  nonblocking(pair[1]);
  say("write", write(pair[1], "0123456789", 10));
  say("read", read(pair[0], bytes, 4));
  say("recv", recv(pair[0], bytes, 4, MSG_NOSIGNAL));
  struct iovec vector[2] = {{bytes, 1}, {bytes + 1, 20}};
  say("readv", readv(pair[0], vector, 2));
  say("ioctl", ioctl(pair[0], FIONREAD, &value));
  printf("%d\n", value);
  struct sockaddr_storage address = {0};
  socklen_t length = 8;
  say("getpeername", getpeername(pair[0], (struct sockaddr *)&address, &length));
  printf("family %d, length %u, beyond %d\n", address.ss_family, length, ((char *)&address)[8]);
  say("shutdown", shutdown(pair[1], SHUT_WR));
  say("send", send(pair[1], "x", 1, 0));
  reset(pair[1]);
  close(pair[0]);
  connection(pair);
  nonblocking(pair[0]);
  reset(pair[1]);
  say("recv", recv(pair[0], bytes, 4, 0));
  say("recv", recv(pair[0], bytes, 4, 0));
  value = 7;
  length = sizeof value;
  say("getsockopt", getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &value, &length));
  printf("%d, length %u\n", value, length);
  say("send", send(pair[0], "x", 1, MSG_NOSIGNAL));
}

static void udp(void) {
  struct sockaddr_in address[2], from = {0};
  int fds[2];
  for (int i = 0; i < 2; i++) {
    socklen_t length = sizeof address[i];
    address[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (bind(fds[i], (struct sockaddr *)&address[i], length) || getsockname(fds[i], (struct sockaddr *)&address[i], &length)) exit(99);
  }
  socklen_t length = sizeof from;
  say("sendto", sendto(fds[0], "hello", 5, 0, (struct sockaddr *)&address[1], sizeof address[1]));
  say("recvfrom", recvfrom(fds[1], bytes, 3, 0, (struct sockaddr *)&from, &length));
  printf("from the sender: %d, length %u\n", from.sin_port == address[0].sin_port, length);
  say("recvfrom", recvfrom(fds[1], bytes, 3, 0, (struct sockaddr *)&from, &length));
  say("sendto", sendto(fds[0], "", 0, 0, (struct sockaddr *)&address[1], sizeof address[1]));
  length = 2;
  memset(&from, 0, sizeof from);
  say("recvfrom", recvfrom(fds[1], bytes, 3, 0, (struct sockaddr *)&from, &length));
  printf("family %d, port %d, length %u\n", from.sin_family, from.sin_port, length);
}

static void local(void) {
  int pair[2];
  socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
  say("send", send(pair[0], "abc", 3, 0));
  say("recv", recv(pair[1], bytes, 10, 0));
  say("recv", recv(pair[1], bytes, 10, 0));
}

static void pipes(void) {
  int pair[2];
  if (pipe(pair)) exit(99);
  say("write", write(pair[1], "abc", 3));
  say("read", read(pair[0], bytes, 10));
}

static void blocking(void) {
  int pair[2];
  connection(pair);
  say("send", send(pair[1], "abc", 3, 0));
  say("recv", recv(pair[0], bytes, 10, 0));
}

/* Addresses that are none, or not to be read or written. */
static void pointers(void) {
  int pair[2], value;
  socklen_t length = 4;
  connection(pair);
  nonblocking(pair[0]);
  nonblocking(pair[1]);
  char *constant = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(constant + 4096, 4096);
  mprotect(constant, 4096, PROT_READ);
  say("recv", recv(pair[0], NULL, 10, 0));
  say("recv", recv(pair[0], (void *)1, 10, 0));
  say("send", send(pair[0], (void *)1, 10, 0));
  say("send", send(pair[0], constant + 4000, 200, 0));
  say("getsockopt", getsockopt(pair[0], SOL_SOCKET, SO_ERROR, (void *)1, &length));
  say("getsockopt", getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &value, NULL));
  length = 2;
  say("getsockopt", getsockopt(pair[0], SOL_SOCKET, SO_ERROR, &value, &length));
  say("getpeername", getpeername(pair[0], (void *)1, &length));
  say("getpeername", getpeername(pair[0], (void *)&value, (void *)1));
  say("ioctl", ioctl(pair[0], FIONREAD, 1));
  say("send", send(pair[1], "abc", 3, 0));
  say("recv", recv(pair[0], constant, 10, 0));
  say("shutdown", shutdown(pair[0], 17));
}

/* More than is copied. */
static void longer(void) {
  int pair[2], big = 8 * 1024 * 1024;
  connection(pair);
  nonblocking(pair[0]);
  nonblocking(pair[1]);
  setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &big, sizeof big);
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = i * 7 + i / 4096;
  static char got[sizeof bytes];
  size_t received = 0;
  for (size_t sent = 0; received < sizeof bytes;) {
    /* The first are long, and the rest is not. */
    size_t most = sent < sizeof bytes / 2 ? sizeof bytes - sent : 100000;
    ssize_t ret = sent == sizeof bytes ? 0 : send(pair[1], bytes + sent, most < sizeof bytes - sent ? most : sizeof bytes - sent, 0);
    if (ret > 0) sent += ret;
    ret = recv(pair[0], got + received, sizeof got - received, 0);
    if (ret > 0) received += ret;
  }
  printf("%zu bytes, %s\n", received, memcmp(bytes, got, sizeof bytes) == 0 ? "the same" : "others");
}

static void polls(void) {
  int pair[2];
  connection(pair);
  send(pair[1], "abc", 3, 0);
  struct pollfd fds[3] = {{pair[0], POLLIN | POLLOUT, 0}, {pair[1], POLLIN | POLLOUT, 0}, {-1, POLLIN, 0}};
  printf("poll %d\n", poll(fds, 3, -1));
  fd_set readable, writable;
  FD_ZERO(&readable);
  FD_SET(pair[0], &readable);
  FD_SET(pair[1], &readable);
  writable = readable;
  printf("select %d\n", select(100, &readable, &writable, NULL, NULL));
  int instance = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = 12345678901234567890u};
  epoll_ctl(instance, EPOLL_CTL_ADD, pair[0], &event);
  printf("epoll_wait %d\n", epoll_wait(instance, &event, 1, -1));
  struct pollfd none = {pair[1], POLLIN, 0};
  printf("poll %d\n", poll(&none, 1, 10));
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(void);
  } all[] = {{"tcp", tcp}, {"udp", udp}, {"unix", local}, {"pipe", pipes}, {"blocking", blocking}, {"pointers", pointers}, {"long", longer}, {"poll", polls}};
  for (size_t i = 0; argc > 1 && i < sizeof all / sizeof *all; i++) {
    if (strcmp(argv[1], all[i].name) != 0) continue;
    all[i].run();
    fflush(stdout);
    return 0;
  }
  return 98;
}
