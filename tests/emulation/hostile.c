/* A program that means its supervisor harm: the first argument names how. It knows nothing of sockatlas. What it prints is the same natively and under `emulate`. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(99);
}

static void say(const char *what, long ret) {
  printf("%s %ld %s\n", what, ret, ret < 0 ? strerrorname_np(errno) : "");
}

static struct sockaddr_in loopback(int port) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
}

static void connected(int pair[2]) {
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (void *)&address, length) == -1 || listen(listener, 1) == -1 || getsockname(listener, (void *)&address, &length) == -1) die("listen");
  pair[1] = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(pair[1], (void *)&address, length) == -1 || (pair[0] = accept(listener, NULL, NULL)) == -1) die("connect");
  close(listener);
}

static void reset(int fd) {
  struct linger linger = {.l_onoff = 1};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close(fd);
}

/* A connection that its peer has reset. POLLERR does not consume it. */
static int was_reset(void) {
  int pair[2];
  connected(pair);
  reset(pair[1]);
  /* By ppoll with a signal mask: the kernel answers that one, whatever is emulated. */
  struct pollfd one = {.fd = pair[0], .events = POLLRDHUP};
  sigset_t none;
  sigemptyset(&none);
  struct timespec second = {.tv_sec = 1};
  if (ppoll(&one, 1, &second, &none) != 1) die("a reset has not come");
  return pair[0];
}

/* A port is free as soon as what was bound to it is closed, whoever looked at it. */
static int rebind(void) {
  /* No port that the kernel gives to others meanwhile, at an address of this process' own. */
  struct sockaddr_in address = loopback(20000 + getpid() % 10000);
  address.sin_addr.s_addr = htonl(0x7f000000 | (getpid() & 0xffffff));
  int taken = 0;
  for (int i = 0; i < 3000; i++) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(fd, (void *)&address, sizeof address) == -1) taken++;
    char byte;
    recv(fd, &byte, 1, MSG_DONTWAIT);
    struct pollfd one = {.fd = fd, .events = POLLIN};
    poll(&one, 1, 0);
    close(fd);
  }
  printf("taken %d times\n", taken);
  return 0;
}

static volatile sig_atomic_t alarms;
static void handled(int signal) {
  (void)signal;
  alarms++;
}

static void alarms_every(int microseconds, int flags) {
  struct sigaction action = {.sa_handler = handled, .sa_flags = flags};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval timer = {.it_value = {.tv_usec = microseconds}, .it_interval = {.tv_usec = microseconds}};
  setitimer(ITIMER_REAL, &timer, NULL);
}

static void *echoes(void *fd) {
  char byte;
  while (recv((int)(long)fd, &byte, 1, 0) == 1) send((int)(long)fd, &byte, 1, MSG_NOSIGNAL);
  return NULL;
}

/* The signals are for the thread that calls: one that ended this would leave the other waiting, natively too. */
static void start_echoes(int fd) {
  pthread_t thread;
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(SIG_BLOCK, &alarm, NULL);
  pthread_create(&thread, NULL, echoes, (void *)(long)fd);
  pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
}

/* What epoll tells once alone may not get lost, however often a signal comes between. */
static int edges(int flags, uint32_t how) {
  int pair[2];
  connected(pair);
  start_echoes(pair[1]);
  int instance = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | how, .data.u64 = 0x123456789abcdef0};
  epoll_ctl(instance, EPOLL_CTL_ADD, pair[0], &event);
  alarms_every(1500, flags);
  int got = 0;
  for (int i = 0; i < 5000; i++) {
    char byte = i;
    while (send(pair[0], &byte, 1, 0) != 1) {}
    struct epoll_event told;
    int count;
    while ((count = epoll_wait(instance, &told, 1, 3000)) == -1 && errno == EINTR) {}
    if (count != 1 || told.data.u64 != event.data.u64 || told.events != EPOLLIN) break;
    char back = 0;
    ssize_t ret;
    while ((ret = recv(pair[0], &back, 1, MSG_DONTWAIT)) == -1 && errno == EINTR) {}
    if (ret != 1 || back != byte) break;
    if (how & EPOLLONESHOT) epoll_ctl(instance, EPOLL_CTL_MOD, pair[0], &event);
    got++;
  }
  alarms_every(0, flags);
  printf("%d told\n", got);
  return 0;
}

/* Addresses that mean nothing, on connections that were reset. Between two pages without access nothing else may be written than what a call was given. */
static int wild(void) {
  size_t page = 4096;
  unsigned char *memory = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  unsigned char *middle = memory + page;
  mprotect(memory, page, PROT_NONE);
  mprotect(middle + page, page, PROT_NONE);
  memset(middle, 0xa5, page);
  void *const addresses[] = {NULL, (void *)1, (void *)-1, (void *)0x7fffffffffff, (void *)0xdead00000000beef, (void *)wild, memory, middle + page, middle + page - 3};
  int instance = epoll_create1(0);
  int udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  const int subjects[] = {was_reset(), was_reset(), udp};
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP};
  epoll_ctl(instance, EPOLL_CTL_ADD, subjects[0], &event);
  for (unsigned s = 0; s < sizeof subjects / sizeof *subjects; s++) {
    int fd = subjects[s];
    for (unsigned i = 0; i < sizeof addresses / sizeof *addresses; i++) {
      void *at = addresses[i];
      const size_t lengths[] = {0, 1, 4, 65536, 0x7fffffff, 0x80000000, SIZE_MAX / 2, SIZE_MAX};
      for (unsigned l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        recv(fd, at, lengths[l], MSG_DONTWAIT);
        recv(fd, at, lengths[l], MSG_DONTWAIT | MSG_PEEK | MSG_WAITALL);
        send(fd, at, lengths[l], MSG_DONTWAIT | MSG_NOSIGNAL);
        syscall(SYS_readv, fd, at, lengths[l]);
        syscall(SYS_recvmmsg, fd, at, lengths[l], MSG_DONTWAIT, NULL);
        syscall(SYS_sendmmsg, fd, at, lengths[l], MSG_DONTWAIT | MSG_NOSIGNAL);
        syscall(SYS_poll, at, lengths[l], 0);
        epoll_wait(instance, at, (int)lengths[l], 0);
        /* A vector that is right, of a memory that is not. */
        struct iovec vector[2] = {{.iov_base = at, .iov_len = lengths[l]}, {.iov_base = at, .iov_len = lengths[l]}};
        struct msghdr message = {.msg_iov = vector, .msg_iovlen = 2, .msg_control = at, .msg_controllen = lengths[l], .msg_name = at, .msg_namelen = 16};
        syscall(SYS_readv, fd, vector, 2);
        recvmsg(fd, &message, MSG_DONTWAIT);
        message.msg_iovlen = lengths[l];
        recvmsg(fd, &message, MSG_DONTWAIT);
        sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
      }
      recvmsg(fd, at, MSG_DONTWAIT);
      sendmsg(fd, at, MSG_DONTWAIT | MSG_NOSIGNAL);
      socklen_t four = 4, none = 0, much = 0xffffffff;
      getsockopt(fd, SOL_SOCKET, SO_ERROR, at, &four);
      getsockopt(fd, SOL_SOCKET, SO_ERROR, at, &none);
      getsockopt(fd, SOL_SOCKET, SO_ERROR, at, &much);
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &four, at);
      getpeername(fd, at, &four);
      getpeername(fd, at, at);
      shutdown(fd, (int)(long)at);
    }
  }
  /* Three bytes before the page's end were addresses of their own. */
  size_t touched = 0;
  for (size_t i = 0; i < page - 3; i++) touched += middle[i] != 0xa5;
  printf("%zu bytes touched\n", touched);
  return 0;
}

/* What the kernel refuses is refused, reset or not. */
static int refused(void) {
  int fd = was_reset();
  char byte;
  struct iovec vector = {&byte, 1};
  say("readv -1", syscall(SYS_readv, fd, &vector, -1));
  say("readv 1025", syscall(SYS_readv, fd, &vector, 1025));
  vector.iov_len = SIZE_MAX;
  say("readv of SIZE_MAX", readv(fd, &vector, 1));
  say("read of SIZE_MAX", syscall(SYS_read, fd, &byte, SIZE_MAX));
  say("shutdown 7", shutdown(fd, 7));
  return 0;
}

static unsigned many;
static void *waits(void *fds) {
  int ret = poll(fds, many, 3000);
  return (void *)(long)(ret < 0 ? -errno : ret);
}

/* More descriptors than anybody can poll, in several threads. */
static int polls(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  many = files.rlim_cur < 60000 ? (unsigned)files.rlim_cur : 60000;
  int pair[2];
  connected(pair);
  struct pollfd *all = calloc(60000, sizeof *all);
  for (int kind = 0; kind < 3; kind++) {
    for (int i = 0; i < 60000; i++) all[i] = (struct pollfd){.fd = kind == 0 ? -1 : kind == 1 ? pair[0] : pair[i % 2], .events = POLLIN, .revents = 0x7fff};
    say("at once", poll(all, many, 0));
    say("too many", poll(all, 60000, 0) < 0 ? -1 : 0);
  }
  pthread_t ids[8];
  struct pollfd *own[8];
  for (int i = 0; i < 8; i++) {
    own[i] = malloc(many * sizeof *all);
    memcpy(own[i], all, many * sizeof *all);
    for (unsigned k = 0; k < many; k++) own[i][k].fd = k == many / 2 ? pair[0] : i % 2 ? pair[1] : -1;
    pthread_create(&ids[i], NULL, waits, own[i]);
  }
  int beside[2];
  connected(beside);
  char byte;
  for (int i = 0; i < 100; i++) {
    if (send(beside[1], "x", 1, 0) != 1 || recv(beside[0], &byte, 1, 0) != 1) die("a call beside them");
    usleep(1000);
  }
  send(pair[1], "x", 1, 0);
  for (int i = 0; i < 8; i++) {
    void *ret;
    pthread_join(ids[i], &ret);
    printf("waited: %ld\n", (long)ret);
  }
  return 0;
}

/* As many processes as there is room for, at once. */
static int forks(int many) {
  int pair[2], started = 0, right = 0;
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == -1) die("socketpair");
  for (int i = 0; i < many; i++) {
    pid_t child = fork();
    if (child == 0) {
      char byte = 0;
      _exit(recv(pair[0], &byte, 1, 0) == 1 ? 0 : 1);
    }
    if (child == -1) break;
    started++;
    if (i % 100 == 99)
      for (int k = 0; k < 100; k++) {
        if (send(pair[1], "x", 1, 0) != 1) die("send");
        int status;
        if (wait(&status) > 0 && status == 0) right++;
      }
  }
  printf("%d of %d\n", right, started);
  return 0;
}

static void *swaps(void *fds) {
  const int *all = fds;
  for (int i = 0; i < 20000; i++) dup2(all[i % 2], all[2]);
  return NULL;
}

/* A descriptor is another socket when the call is made than it was when the supervisor looked. */
static int dups(void) {
  int first[2], second[2];
  connected(first);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, second) == -1) die("socketpair");
  int gone = was_reset();
  int all[3] = {first[0], gone, dup(first[0])};
  pthread_t thread;
  pthread_create(&thread, NULL, swaps, all);
  long got = 0, other = 0;
  char byte;
  for (int i = 0; i < 20000; i++) {
    send(first[1], "x", 1, MSG_NOSIGNAL);
    ssize_t ret = recv(all[2], &byte, 1, MSG_DONTWAIT);
    if (ret == 1 && byte == 'x') got++;
    else if (ret == 1) other++;
    if (i % 16 == 0) send(all[2], "y", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  pthread_join(thread, NULL);
  while (recv(first[0], &byte, 1, MSG_DONTWAIT) == 1) got++;
  printf("%s, %ld wrong\n", got > 0 ? "got some" : "got none", other);
  return 0;
}

static void send_descriptor(int over, int fd) {
  char byte = 'x', control[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec vector = {&byte, 1};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (sendmsg(over, &message, 0) != 1) die("sendmsg");
}

static int receive_descriptor(int over) {
  char byte, control[CMSG_SPACE(sizeof(int))];
  struct iovec vector = {&byte, 1};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  int fd;
  if (recvmsg(over, &message, 0) != 1) die("recvmsg");
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  return fd;
}

/* A socket goes to another process, with all that it has seen. */
static int passed(void) {
  int pair[2], connection[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) die("socketpair");
  connected(connection);
  fflush(stdout);
  if (fork() == 0) {
    close(connection[0]);
    close(connection[1]);
    int fd = receive_descriptor(pair[1]);
    char bytes[8];
    say("child recv", recv(fd, bytes, sizeof bytes, 0));
    say("child recv", recv(fd, bytes, sizeof bytes, 0));
    fflush(stdout);
    _exit(0);
  }
  send(connection[1], "hello", 5, 0);
  close(connection[1]);
  send_descriptor(pair[0], connection[0]);
  close(connection[0]);
  wait(NULL);
  return 0;
}

/* What is close-on-exec is closed, and what is not is there. */
static int execs(char *self) {
  int pair[2];
  connected(pair);
  fcntl(pair[0], F_SETFD, FD_CLOEXEC);
  char one[16], other[16];
  snprintf(one, sizeof one, "%d", pair[0]);
  snprintf(other, sizeof other, "%d", pair[1]);
  for (int i = 0; i < 20; i++) {
    pid_t child = i % 2 ? vfork() : fork();
    if (child == 0) {
      execl(self, self, "after", one, other, NULL);
      _exit(1);
    }
    waitpid(child, NULL, 0);
  }
  fcntl(pair[1], F_SETFD, FD_CLOEXEC);
  execl(self, self, "after", one, other, NULL);
  return 1;
}

static int after(int one, int other) {
  char byte;
  say("one", recv(one, &byte, 1, MSG_DONTWAIT));
  say("other", recv(other, &byte, 1, MSG_DONTWAIT));
  return 0;
}

/* A filter of its own, then one with a listener of its own: a process has one alone. */
static int filters(void) {
  struct sock_filter refuses[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_shutdown, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = 4, .filter = refuses};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  say("seccomp", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
  int pair[2];
  connected(pair);
  char byte;
  say("send", send(pair[1], "x", 1, 0));
  say("recv", recv(pair[0], &byte, 1, 0));
  say("shutdown", shutdown(pair[0], SHUT_WR));
  struct sock_filter notifies[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  program = (struct sock_fprog){.len = 1, .filter = notifies};
  long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  /* Natively there is one: that is what differs. */
  if (listener == -1 && errno != EBUSY) say("listener", listener);
  say("recv", recv(pair[0], &byte, 1, MSG_DONTWAIT));
  return 0;
}

/* Signals to itself, during calls that wait and such that do not. */
static int interrupts(int flags) {
  int pair[2];
  connected(pair);
  start_echoes(pair[1]);
  alarms_every(1500, flags);
  long right = 0;
  for (int i = 0; i < 5000; i++) {
    char byte = i, back = 0;
    ssize_t ret;
    while ((ret = send(pair[0], &byte, 1, 0)) == -1 && errno == EINTR) {}
    if (ret != 1) break;
    struct pollfd one = {.fd = pair[0], .events = POLLIN};
    int count;
    while ((count = poll(&one, 1, 3000)) == -1 && errno == EINTR) {}
    if (count != 1 || one.revents != POLLIN) break;
    while ((ret = recv(pair[0], &back, 1, 0)) == -1 && errno == EINTR) {}
    if (ret != 1 || back != byte) break;
    right++;
  }
  alarms_every(0, flags);
  printf("%ld right, %s\n", right, alarms > 0 ? "interrupted" : "never interrupted");
  return 0;
}

/* A wait that a signal ends says so, whoever answers it. */
static int ended_by_signal(void) {
  int pair[2];
  connected(pair);
  int instance = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN}, told;
  epoll_ctl(instance, EPOLL_CTL_ADD, pair[0], &event);
  struct pollfd one = {.fd = pair[0], .events = POLLIN};
  char byte;
  for (int restarts = 0; restarts < 2; restarts++) {
    struct sigaction action = {.sa_handler = handled, .sa_flags = restarts ? SA_RESTART : 0};
    sigaction(SIGALRM, &action, NULL);
    struct itimerval timer = {.it_value = {.tv_usec = 30000}};
    setitimer(ITIMER_REAL, &timer, NULL);
    say("poll", poll(&one, 1, 1000));
    setitimer(ITIMER_REAL, &timer, NULL);
    say("epoll_wait", epoll_wait(instance, &told, 1, 1000));
    if (restarts) continue;
    setitimer(ITIMER_REAL, &timer, NULL);
    say("recv", recv(pair[0], &byte, 1, 0));
  }
  return 0;
}

static volatile int is_over;
static void *closes(void *unused) {
  unsigned seed = (unsigned)(long)unused;
  while (!is_over) {
    int fd = 3 + rand_r(&seed) % 40;
    close(fd);
    if (rand_r(&seed) % 4 == 0) dup2(3 + rand_r(&seed) % 40, fd);
  }
  return NULL;
}

/* Closes descriptors while others call, wait and watch; connections come and are reset. */
static int chaos(void) {
  pthread_t ids[2];
  for (long i = 0; i < 2; i++) pthread_create(&ids[i], NULL, closes, (void *)(i + 1));
  unsigned seed = 7;
  for (int i = 0; i < 4000; i++) {
    char bytes[64];
    int fd = 3 + rand_r(&seed) % 40;
    struct pollfd some[4] = {{.fd = fd, .events = POLLIN}, {.fd = fd + 1, .events = POLLIN}, {.fd = 3, .events = POLLOUT}, {.fd = -1}};
    struct epoll_event event = {.events = EPOLLIN | EPOLLET}, told[4];
    switch (rand_r(&seed) % 8) {
      case 0: recv(fd, bytes, sizeof bytes, MSG_DONTWAIT); break;
      case 1: send(fd, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL); break;
      case 2: poll(some, 4, 1); break;
      case 3: epoll_create1(0); break;
      case 4: epoll_ctl(fd, EPOLL_CTL_ADD, 3 + rand_r(&seed) % 40, &event); break;
      case 5: epoll_wait(fd, told, 4, 1); break;
      case 6: socketpair(AF_UNIX, SOCK_STREAM, 0, some[0].events ? &some[0].fd : NULL); break;
      default: {
        struct sockaddr_in address = loopback(0);
        socklen_t length = sizeof address;
        int listener = socket(AF_INET, SOCK_STREAM, 0), peer = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        bind(listener, (void *)&address, length);
        listen(listener, 1);
        getsockname(listener, (void *)&address, &length);
        connect(peer, (void *)&address, length);
        fcntl(listener, F_SETFL, O_NONBLOCK);
        accept(listener, NULL, NULL);
        reset(peer);
        close(listener);
      }
    }
  }
  is_over = 1;
  for (int i = 0; i < 2; i++) pthread_join(ids[i], NULL);
  puts("survived");
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
#define IS(name) (strcmp(what, name) == 0)
  signal(SIGPIPE, SIG_IGN);
  if (IS("rebind")) return rebind();
  if (IS("edges")) return edges(SA_RESTART, EPOLLET);
  if (IS("edges-interrupted")) return edges(0, EPOLLET);
  if (IS("oneshot")) return edges(SA_RESTART, EPOLLONESHOT);
  if (IS("wild")) return wild();
  if (IS("refused")) return refused();
  if (IS("polls")) return polls();
  if (IS("forks")) return forks(atoi(argv[2]));
  if (IS("dups")) return dups();
  if (IS("passed")) return passed();
  if (IS("execs")) return execs(argv[0]);
  if (IS("after")) return after(atoi(argv[2]), atoi(argv[3]));
  if (IS("filters")) return filters();
  if (IS("interrupts")) return interrupts(0);
  if (IS("interrupts-restarted")) return interrupts(SA_RESTART);
  if (IS("ended-by-signal")) return ended_by_signal();
  if (IS("chaos")) return chaos();
  fprintf(stderr, "no such mode: %s\n", what);
  return 2;
}
