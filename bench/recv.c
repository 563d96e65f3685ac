/*
 * One recv that would block, and errno. Usage: recv MILLISECONDS. Prints the nanoseconds that a call took.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int argc, char **argv) {
  static char buffer[4096];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0), peer = socket(AF_INET, SOCK_STREAM, 0), subject = -1;
  if (bind(listener, (struct sockaddr *)&address, length) == -1 || listen(listener, 8) == -1 ||
      getsockname(listener, (struct sockaddr *)&address, &length) == -1 || connect(peer, (struct sockaddr *)&address, length) == -1 ||
      (subject = accept(listener, NULL, NULL)) == -1 || fcntl(subject, F_SETFL, O_NONBLOCK) == -1) {
    perror("connecting");
    return 1;
  }

  double wanted = (argc > 1 ? atof(argv[1]) : 1000) * 1e6;
  long calls = 0, wrong = 0;
  double begun = now(), passed;
  do {
    for (int i = 0; i < 10000; i++) {
      errno = 987654321;
      ssize_t ret = recv(subject, buffer, sizeof buffer, 0);
      if (ret != -1 || errno != EAGAIN) wrong++;
    }
    calls += 10000;
    passed = now() - begun;
  } while (passed < wanted);
  if (wrong > 0) return 1;
  printf("{\"ns\": %.1f}\n", passed / calls);
  return 0;
}
