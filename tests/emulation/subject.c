/* A program that is run natively and under `emulate`, and says what it sees: the first argument names what it does. It knows nothing of sockatlas. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(99);
}

static void say(const char *what, long ret) {
  printf("%s %ld %s\n", what, ret, ret < 0 ? strerrorname_np(errno) : "");
}

/* What a program gets from who starts it. */
static int state(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  printf("files %lu %lu\n", (unsigned long)files.rlim_cur, (unsigned long)files.rlim_max);
  sigset_t mask;
  sigprocmask(SIG_SETMASK, NULL, &mask);
  for (int i = 1; i <= SIGRTMAX; i++) {
    struct sigaction action;
    if (sigaction(i, NULL, &action) == -1) continue;
    if (sigismember(&mask, i)) printf("signal %d blocked\n", i);
    if (action.sa_handler != SIG_DFL) printf("signal %d %s\n", i, action.sa_handler == SIG_IGN ? "ignored" : "handled");
  }
  DIR *folder = opendir("/proc/self/fd");
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    int fd = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || fd == dirfd(folder)) continue;
    printf("descriptor %d flags %o %d\n", fd, fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
  }
  return 0;
}

static void *reader(void *pair) {
  char byte;
  return (void *)recv(((int *)pair)[0], &byte, 1, 0);
}

/* All of them wait in recv at the same time. */
static int threads(int many) {
  int(*pairs)[2] = malloc(many * sizeof *pairs);
  pthread_t *ids = malloc(many * sizeof *ids);
  for (int i = 0; i < many; i++) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]) == -1) die("socketpair");
    if (pthread_create(&ids[i], NULL, reader, pairs[i]) != 0) die("pthread_create");
  }
  long got = 0;
  for (int i = many - 1; i >= 0; i--) if (send(pairs[i][1], "x", 1, 0) != 1) die("send");
  for (int i = 0; i < many; i++) {
    void *ret;
    pthread_join(ids[i], &ret);
    got += (long)ret;
  }
  printf("%ld of %d\n", got, many);
  return 0;
}

static int forks(int many) {
  int failed = 0;
  for (int i = 0; i < many; i++) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) die("socketpair");
    pid_t child = fork();
    if (child == -1) die("fork");
    if (child == 0) {
      char byte = 0;
      _exit(recv(pair[0], &byte, 1, 0) == 1 && byte == 'x' ? 0 : 1);
    }
    if (send(pair[1], "x", 1, 0) != 1) die("send");
    int status;
    if (waitpid(child, &status, 0) != child || status != 0) failed++;
    close(pair[0]);
    close(pair[1]);
  }
  printf("%d of %d\n", many - failed, many);
  return 0;
}

/* Descriptors, lengths and addresses that mean nothing. */
static int wild(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) die("socketpair");
  void *const addresses[] = {NULL, (void *)1, (void *)-1, (void *)0x7fffffffffff, (void *)0xdead00000000beef, (void *)wild};
  for (unsigned i = 0; i < sizeof addresses / sizeof *addresses; i++) {
    void *at = addresses[i];
    if (send(pair[1], "abc", 3, 0) != 3) die("send");
    char name[40];
    snprintf(name, sizeof name, "%u recv", i), say(name, recv(pair[0], at, 3, MSG_DONTWAIT));
    snprintf(name, sizeof name, "%u read", i), say(name, read(pair[0], at, 3));
    send(pair[1], "abc", 3, 0);
    snprintf(name, sizeof name, "%u recvmsg", i), say(name, recvmsg(pair[0], at, MSG_DONTWAIT));
    snprintf(name, sizeof name, "%u recvmmsg", i), say(name, recvmmsg(pair[0], at, 1000000, MSG_DONTWAIT, NULL));
    snprintf(name, sizeof name, "%u sendmsg", i), say(name, sendmsg(pair[1], at, MSG_DONTWAIT));
    snprintf(name, sizeof name, "%u readv", i), say(name, readv(pair[0], at, 3));
    snprintf(name, sizeof name, "%u getsockopt", i), say(name, getsockopt(pair[0], SOL_SOCKET, SO_ERROR, at, (void *)1));
    snprintf(name, sizeof name, "%u poll", i), say(name, poll(at, 1, 0) < 0 ? -1 : 0);
    snprintf(name, sizeof name, "%u poll many", i), say(name, poll(at, 0x7fffffff, 0));
    snprintf(name, sizeof name, "%u epoll_wait", i), say(name, epoll_wait(pair[0], at, 1, 0));
    char rest[64];
    while (recv(pair[0], rest, sizeof rest, MSG_DONTWAIT) > 0) {}
  }
  const long descriptors[] = {-1, 1000000, 0x7fffffff, (long)0xffffffff80000000, 0x123456700000063};
  for (unsigned i = 0; i < sizeof descriptors / sizeof *descriptors; i++) {
    char byte;
    char name[40];
    snprintf(name, sizeof name, "descriptor %u recv", i);
    say(name, syscall(SYS_recvfrom, descriptors[i], &byte, 1, 0, NULL, NULL));
  }
  return 0;
}

static void handled(int signal) { (void)signal; }

/* A recv that waits is interrupted by a signal, and made again where the handler says so. */
static int interrupted(int flags) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) die("socketpair");
  struct sigaction action = {.sa_handler = handled, .sa_flags = flags};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval timer = {.it_value = {.tv_usec = 50000}};
  setitimer(ITIMER_REAL, &timer, NULL);
  if (fork() == 0) {
    usleep(300000);
    _exit(send(pair[1], "x", 1, 0) == 1 ? 0 : 1);
  }
  char byte;
  say("recv", recv(pair[0], &byte, 1, 0));
  wait(NULL);
  return 0;
}

/* Signals as often as a timer gives them, while it reads. */
static int signals(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) die("socketpair");
  struct sigaction action = {.sa_handler = handled, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  struct itimerval timer = {.it_value = {.tv_usec = 200}, .it_interval = {.tv_usec = 200}};
  setitimer(ITIMER_REAL, &timer, NULL);
  int right = 0;
  for (int i = 0; i < 20000; i++) {
    char byte = i;
    if (send(pair[1], &byte, 1, 0) != 1) die("send");
    char got = 0;
    if (recv(pair[0], &got, 1, 0) == 1 && got == byte) right++;
  }
  printf("%d right\n", right);
  return 0;
}

/* Calls without an end, in this process, in a child, and in one that has a session of its own. */
static _Noreturn void busy(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) die("socketpair");
  pid_t child = fork();
  if (child == 0 && fork() == 0) setsid();
  char byte;
  if (child != 0) {
    puts("busy");
    fflush(stdout);
  }
  for (;;) recv(pair[0], &byte, 1, MSG_DONTWAIT);
}

/* Calls without an end, in this process alone. */
static _Noreturn void calls(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) die("socketpair");
  puts("calls");
  fflush(stdout);
  char byte;
  for (;;) recv(pair[0], &byte, 1, MSG_DONTWAIT);
}

/* Starts another and ends, over and over: nobody finds it where it was seen. For some seconds at most. */
static int comet(void) {
  puts("comet");
  fflush(stdout);
  time_t end = time(NULL) + 60;
  while (time(NULL) < end) if (fork() > 0) _exit(0);
  return 0;
}

/* What waits for ever. */
static int blocked(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1) die("socketpair");
  puts("blocked");
  fflush(stdout);
  char byte;
  return recv(pair[0], &byte, 1, 0) == 1 ? 0 : 1;
}

/* Closes descriptors at random while other threads use them. */
static void *user(void *unused) {
  unsigned seed = (unsigned)(long)unused;
  for (int i = 0; i < 20000; i++) {
    char byte;
    int fd = 3 + rand_r(&seed) % 40;
    switch (rand_r(&seed) % 5) {
      case 0: close(fd); break;
      case 1: recv(fd, &byte, 1, MSG_DONTWAIT); break;
      case 2: send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL); break;
      case 3: dup2(fd, 3 + rand_r(&seed) % 40); break;
      default: {
        int pair[2];
        socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
      }
    }
  }
  return NULL;
}

static int chaos(void) {
  pthread_t ids[4];
  for (long i = 0; i < 4; i++) pthread_create(&ids[i], NULL, user, (void *)(i + 1));
  for (int i = 0; i < 4; i++) pthread_join(ids[i], NULL);
  puts("survived");
  return 0;
}

/* io_uring_setup: its number is the same everywhere. */
static int ring(void) {
  char params[120] = {0};
  say("io_uring_setup", syscall(425, 1, params));
  return 0;
}

/* Becomes a program for which one call fails, as under a container's profile, or on an older kernel. */
static int forbid(int number, int error, char **program) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog fprog = {.len = sizeof filter / sizeof *filter, .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &fprog) == -1) die("prctl");
  execvp(program[0], program);
  die("execvp");
  return 0;
}

static volatile sig_atomic_t interrupts;
static void interrupt(int signal) {
  (void)signal;
  interrupts++;
}

/* How many SIGINTs come within half a second of the first. */
static int counts(void) {
  struct sigaction action = {.sa_handler = interrupt};
  sigaction(SIGINT, &action, NULL);
  puts("ready");
  fflush(stdout);
  while (interrupts == 0) usleep(1000);
  for (int i = 0; i < 500; i++) usleep(1000);
  printf("%d times\n", interrupts);
  return 0;
}

/* Becomes a program that is given descriptors that do not wait. */
static int non_blocking(char **program) {
  for (int fd = 0; fd < 3; fd++) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  execvp(program[0], program);
  die("execvp");
  return 0;
}

#ifdef __x86_64__
/* getpid, as a program of 32 bits asks for it. */
static int foreign(void) {
  long ret;
  __asm__ volatile("int $0x80" : "=a"(ret) : "a"(20) : "memory");
  printf("%s\n", ret == getpid() ? "answered" : "wrong");
  return 0;
}
#endif

int main(int count, char **args) {
  const char *what = count > 1 ? args[1] : "";
  int many = count > 2 ? atoi(args[2]) : 1;
  if (strcmp(what, "state") == 0) return state();
  if (strcmp(what, "threads") == 0) return threads(many);
  if (strcmp(what, "forks") == 0) return forks(many);
  if (strcmp(what, "wild") == 0) return wild();
  if (strcmp(what, "interrupted") == 0) return interrupted(0);
  if (strcmp(what, "restarted") == 0) return interrupted(SA_RESTART);
  if (strcmp(what, "signals") == 0) return signals();
  if (strcmp(what, "busy") == 0) busy();
  if (strcmp(what, "calls") == 0) calls();
  if (strcmp(what, "comet") == 0) return comet();
  if (strcmp(what, "blocked") == 0) return blocked();
  if (strcmp(what, "chaos") == 0) return chaos();
  if (strcmp(what, "non-blocking") == 0 && count > 2) return non_blocking(args + 2);
  if (strcmp(what, "forbid") == 0 && count > 4) return forbid(many, atoi(args[3]), args + 4);
  if (strcmp(what, "counts") == 0) return counts();
  if (strcmp(what, "ring") == 0) return ring();
#ifdef __x86_64__
  if (strcmp(what, "foreign") == 0) return foreign();
#endif
  fprintf(stderr, "what? %s\n", what);
  return 98;
}
