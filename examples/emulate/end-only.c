/* A server that closes a connection when recv returns 0, and on nothing else: the close policy of cesanta/mongoose#3031. It waits with select, as Windows builds do.
 *
 *   cc -o end-only end-only.c && ./end-only            # prints its port; on Linux each connection closes
 *   sockatlas emulate windows -- ./end-only            # after a reset it never closes, and spins
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 16) || getsockname(listener, (struct sockaddr *)&address, &length)) {
    perror("end-only");
    return 1;
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);

  fd_set open_sockets;
  FD_ZERO(&open_sockets);
  FD_SET(listener, &open_sockets);
  for (int highest = listener;;) {
    fd_set readable = open_sockets;
    if (select(highest + 1, &readable, NULL, NULL, NULL) < 0) continue;
    for (int fd = 0; fd <= highest; fd++) {
      if (!FD_ISSET(fd, &readable)) continue;
      if (fd == listener) {
        int accepted = accept(listener, NULL, NULL);
        if (accepted < 0 || accepted >= FD_SETSIZE) continue;
        fcntl(accepted, F_SETFL, O_NONBLOCK);
        FD_SET(accepted, &open_sockets);
        if (accepted > highest) highest = accepted;
        continue;
      }
      char bytes[4096];
      ssize_t received = recv(fd, bytes, sizeof bytes, 0);
      if (received > 0) {
        send(fd, bytes, received, MSG_NOSIGNAL);
      } else if (received == 0) {
        FD_CLR(fd, &open_sockets);
        close(fd);
        puts("closed");
        fflush(stdout);
      } /* An error: it is taken for "try again". */
    }
  }
}
