// What Swift cannot call or see of Linux and glibc by itself; each wrapper says why it is here.
#ifndef ITP_CPLATFORM_SHIM_H
#define ITP_CPLATFORM_SHIM_H

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
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

// One of several epolls that watch the same listening socket is woken, not all. Its number is fixed by the kernel.
static const uint32_t ITP_EPOLLEXCLUSIVE = 1u << 28;

static inline int itp_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

// `epoll_data` is a union: Swift sees it, but only as overlapping storage that has to be written by hand.
static inline int itp_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

// A GNU function, whose declaration Swift's view of glibc leaves out.
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);

static inline int itp_accept(int listener, struct sockaddr *address, socklen_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// The flags are members of an anonymous C enum, as those of epoll.
static inline int itp_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline uint64_t itp_epoll_token(const struct epoll_event *event) { return event->data.u64; }

// `d_name` is an array in C, which Swift imports as a tuple of 256.
static inline const char *itp_entry_name(const struct dirent *entry) { return entry->d_name; }

// Swift has no intrinsic for the CRC-32C instruction of SSE4.2, nor a way to ask the processor for it.
#if defined(__x86_64__)
static inline int itp_has_crc32c(void) {
    unsigned int eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & (1u << 20)) != 0;
}

__attribute__((target("sse4.2"))) static inline uint32_t itp_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
    uint64_t state = crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        __builtin_memcpy(&word, bytes, 8);
        state = __builtin_ia32_crc32di(state, word);
    }
    for (; count > 0; bytes++, count--) state = __builtin_ia32_crc32qi((uint32_t)state, *bytes);
    return (uint32_t)state;
}
#else
static inline int itp_has_crc32c(void) { return 0; }
static inline uint32_t itp_crc32c(uint32_t crc, const uint8_t *bytes, size_t count) {
    (void)bytes;
    (void)count;
    return crc;
}
#endif
// `prctl` is variadic; `pthread_setname_np` is a GNU extension that this header does not see.
static inline int itp_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
