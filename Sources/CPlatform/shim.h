// What Swift cannot call or see of Linux and glibc by itself; each wrapper says why it is here.
#ifndef ITP_CPLATFORM_SHIM_H
#define ITP_CPLATFORM_SHIM_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

// `open` is variadic in C, which Swift does not import.
static inline int itp_open(const char *path, int flags, mode_t mode) {
    return open(path, flags, mode);
}

// `stderr` is a mutable global, which Swift 6 refuses; the descriptor is all that is needed.
static inline int itp_stderr_fd(void) { return STDERR_FILENO; }

// The epoll constants are members of an anonymous C enum, whose Swift names differ between toolchains.
static const uint32_t ITP_EPOLLIN = EPOLLIN;
static const uint32_t ITP_EPOLLOUT = EPOLLOUT;
static const uint32_t ITP_EPOLLRDHUP = EPOLLRDHUP;
static const uint32_t ITP_EPOLLERR = EPOLLERR;
static const uint32_t ITP_EPOLLHUP = EPOLLHUP;

static inline int itp_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

// `epoll_data` is a union: Swift sees it, but only as overlapping storage that has to be written by hand.
static inline int itp_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

static inline uint64_t itp_epoll_token(const struct epoll_event *event) { return event->data.u64; }

// `prctl` is variadic; `pthread_setname_np` is a GNU extension that this header does not see.
static inline int itp_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
