/*
 * Mongoose 7.16's table for Winsock as a C switch, over pseudo-random answers. Usage: classify COUNT. Prints the nanoseconds that an answer took.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

__attribute__((noinline)) static int classify(long ret, int code) {
  if (ret > 0) return 1;
  if (ret == 0) return -1;
  switch (code) {
    case 10035:
    case 10004:
    case 10036:
      return -2;
    case 10054:
      return -3;
    default:
      return -1;
  }
}

static const struct {
  long ret;
  int code;
} answers[16] = {{-1, 10035}, {-1, 10054}, {5, 0}, {0, 0},      {-1, 10053}, {-1, 10058}, {-1, 10057}, {-1, 10038},
                 {-1, 10054}, {10, 0},     {0, 0}, {-1, 10035}, {-1, 10060}, {-1, 10014}, {-1, 10036}, {-1, 10004}};

int main(int argc, char **argv) {
  long count = argc > 1 ? atol(argv[1]) : 10000000, sum = 0;
  uint32_t random = 1;
  double begun = now();
  for (long i = 0; i < count; i++) {
    random = random * 1664525u + 1013904223u;
    sum += classify(answers[random >> 28].ret, answers[random >> 28].code);
  }
  double ns = (now() - begun) / count;
  printf("{\"ns\": %.2f, \"sum\": %ld}\n", ns, sum);
  return 0;
}
