/* Accepts one connection, and prints what epoll_wait, poll and select say of it, and recv, four times. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 1) || getsockname(listener, (struct sockaddr *)&address, &length)) return 1;
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  int fd = accept(listener, NULL, NULL);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  int instance = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP};
  epoll_ctl(instance, EPOLL_CTL_ADD, fd, &event);
  for (int i = 0; i < 4; i++) {
    int ready = epoll_wait(instance, &event, 1, -1);
    printf("epoll %d %x, ", ready, event.events);
    struct pollfd one = {.fd = fd, .events = POLLIN | POLLOUT};
    ready = poll(&one, 1, -1);
    printf("poll %d %x, ", ready, one.revents);
    fd_set reads, writes;
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_SET(fd, &reads);
    FD_SET(fd, &writes);
    ready = select(fd + 1, &reads, &writes, NULL, NULL);
    printf("select %d %d%d, ", ready, FD_ISSET(fd, &reads) != 0, FD_ISSET(fd, &writes) != 0);
    char bytes[100];
    ssize_t received = recv(fd, bytes, sizeof bytes, 0);
    if (received < 0) printf("%s\n", strerrorname_np(errno));
    else printf("%zd\n", received);
    fflush(stdout);
  }
}
