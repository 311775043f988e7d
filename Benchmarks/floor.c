// The least that a durable answer costs on this machine: what is ready is received, copied, written past the page cache as one
// batch, synced and answered. It looks at nothing that it is sent, and takes each piece that it receives for one request, as
// wrk sends them. What a server that journals each alert can be held against, beside one that writes nothing.
//
//   floor PORT FILE
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { block = 4096, room = 1 << 20, file_bytes = 64 << 20, most = 512, piece = 1 << 16 };

static const char answer[] =
    "HTTP/1.1 202 Accepted\r\nDate: Sun, 22 Nov 2026 03:00:00 GMT\r\nContent-Type: application/json\r\n"
    "Content-Length: 60\r\n\r\n{\"receipt\":\"0123456789abcdef0123456789abcdef\",\"accepted\":12}";

static void stop(const char *what) {
    perror(what);
    exit(1);
}

// A file that is written already: to write in it changes nothing but its bytes.
static int prepare(const char *path, char *zeroes) {
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file < 0) stop(path);
    for (int done = 0; done < file_bytes; done += room)
        if (write(file, zeroes, room) != room) stop("write");
    if (fsync(file) != 0) stop("fsync");
    close(file);
    file = open(path, O_WRONLY | O_DIRECT);
    if (file < 0) stop(path);
    return file;
}

static int listen_on(int port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&address, sizeof address) != 0 || listen(listener, 4096) != 0) stop("listen");
    return listener;
}

int main(int count, char **arguments) {
    if (count != 3) return 64;
    char *batch = aligned_alloc(block, room), *received = malloc(piece);
    memset(batch, 0, room);
    int file = prepare(arguments[2], batch), listener = listen_on(atoi(arguments[1])), epoll = epoll_create1(0), one = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[most];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (long place = 0;;) {
        int ready = epoll_wait(epoll, events, most, -1), waiting[most], waits = 0;
        long used = 0;
        for (int i = 0; i < ready; i++) {
            int socket = events[i].data.fd;
            if (socket == listener) {
                while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    event.data.fd = socket;
                    epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
                }
                continue;
            }
            ssize_t bytes = recv(socket, received, piece, 0);
            if (bytes <= 0 || used + bytes > room) {
                close(socket);
                continue;
            }
            memcpy(batch + used, received, bytes);
            used += bytes;
            waiting[waits++] = socket;
        }
        if (waits == 0) continue;
        used = (used + block - 1) / block * block;
        if (place + used > file_bytes) place = 0;
        if (pwrite(file, batch, used, place) != used) stop("pwrite");
        if (fdatasync(file) != 0) stop("fdatasync");
        place += used;
        for (int i = 0; i < waits; i++)
            if (send(waiting[i], answer, sizeof answer - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) close(waiting[i]);
    }
}
