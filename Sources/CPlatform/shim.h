// What Swift cannot call or see of Linux and glibc by itself; each wrapper says why it is here.
#ifndef ITP_CPLATFORM_SHIM_H
#define ITP_CPLATFORM_SHIM_H

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

// What Thread Sanitizer's runtime offers to whoever synchronises by means that it does not know.
extern void __tsan_acquire(void *address);
extern void __tsan_release(void *address);
static inline void itp_tsan_acquire(void *address) { __tsan_acquire(address); }
static inline void itp_tsan_release(void *address) { __tsan_release(address); }

// `open` is variadic in C, which Swift does not import.
static inline int itp_open(const char *path, int flags, mode_t mode) {
    return open(path, flags, mode);
}

// O_DIRECT is a GNU name that Swift does not see; its value differs between processors. For a file that is there.
static inline int itp_open_direct(const char *path) { return open(path, O_WRONLY | O_CLOEXEC | __O_DIRECT); }

// `stderr` is a mutable global, which Swift 6 refuses; the descriptor is all that is needed.
static inline int itp_stderr_fd(void) { return STDERR_FILENO; }

// The epoll constants are members of an anonymous C enum, whose Swift names differ between toolchains.
static const uint32_t ITP_EPOLLIN = EPOLLIN;
static const uint32_t ITP_EPOLLOUT = EPOLLOUT;
static const uint32_t ITP_EPOLLRDHUP = EPOLLRDHUP;
static const uint32_t ITP_EPOLLERR = EPOLLERR;
static const uint32_t ITP_EPOLLHUP = EPOLLHUP;
// Written out, because the header's own is a negative number where enums are signed. It is fixed by the kernel.
static const uint32_t ITP_EPOLLET = 1u << 31;

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

// `fcntl` is variadic. Makes a descriptor that was inherited one of ours: it does not block, and no child gets it.
static inline int itp_make_own(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -1;
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

// A BSD function, whose declaration Swift's view of glibc leaves out.
extern long syscall(long number, ...);

// glibc's `recv` and `send` may be cancelled, for which each costs two atomic operations. Nobody cancels a thread here.
static inline ssize_t itp_receive(int socket, void *room, size_t count) {
    return syscall(SYS_recvfrom, socket, room, count, 0, NULL, NULL);
}

static inline ssize_t itp_send(int socket, const void *bytes, size_t count) {
    return syscall(SYS_sendto, socket, bytes, count, MSG_NOSIGNAL, NULL, 0);
}

// 1 if the descriptor is a socket that takes connections.
static inline int itp_is_listening(int descriptor) {
    int accepts = 0;
    socklen_t length = sizeof accepts;
    return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &length) == 0 && accepts != 0;
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

// A mapped file's words are read by the process that comes after a crash: each store must be made, in its place, though
// nobody in this process reads it. Swift's own atomics live in memory that Swift has laid out.
static inline void itp_store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }
static inline uint64_t itp_load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }

// MAP_FAILED is a macro that casts an integer to a pointer. 0 where the system refuses.
static inline uint64_t *itp_map_words(int descriptor, size_t bytes) {
    void *place = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    return place == MAP_FAILED ? NULL : (uint64_t *)place;
}

// `prctl` is variadic; `pthread_setname_np` is a GNU extension that this header does not see.
static inline int itp_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

// `pipe2` is a GNU extension that this header does not see. Nobody else can fork between the two calls and keep the pipe
// open in a child: children are only started with every descriptor above stderr closed (see below).
static inline int itp_pipe(int ends[2]) {
    if (pipe(ends) != 0) return -1;
    if (fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0) return 0;
    int reason = errno;
    close(ends[0]);
    close(ends[1]);
    errno = reason;
    return -1;
}

// The structures of posix_spawn are set up here in one piece: their Swift names and sizes are glibc's internals. The child
// has `standard_input` as its stdin, no other descriptor but stdout and stderr, default signal actions, nothing blocked.
static inline int itp_spawn(pid_t *child, const char *program, char *const arguments[], char *const environment[],
                            int standard_input, int own_group) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return code;
    }
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (own_group ? POSIX_SPAWN_SETPGROUP : 0);
    if ((code = posix_spawn_file_actions_adddup2(&actions, standard_input, STDIN_FILENO)) == 0 &&
        (code = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)) == 0 &&
        (code = posix_spawnattr_setsigdefault(&attributes, &all)) == 0 &&
        (code = posix_spawnattr_setsigmask(&attributes, &none)) == 0 &&
        (code = posix_spawnattr_setpgroup(&attributes, 0)) == 0 &&
        (code = posix_spawnattr_setflags(&attributes, flags)) == 0) {
        code = posix_spawn(child, program, &actions, &attributes, arguments, environment);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

// As above, for a program that is handed a question and answers it: it has these three descriptors and no other, and a
// process group of its own, which can be ended with all that it has started.
static inline int itp_spawn_piped(pid_t *child, const char *program, char *const arguments[], char *const environment[],
                                  int standard_input, int standard_output, int standard_error) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return code;
    }
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP;
    if ((code = posix_spawn_file_actions_adddup2(&actions, standard_input, STDIN_FILENO)) == 0 &&
        (code = posix_spawn_file_actions_adddup2(&actions, standard_output, STDOUT_FILENO)) == 0 &&
        (code = posix_spawn_file_actions_adddup2(&actions, standard_error, STDERR_FILENO)) == 0 &&
        (code = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)) == 0 &&
        (code = posix_spawnattr_setsigdefault(&attributes, &all)) == 0 &&
        (code = posix_spawnattr_setsigmask(&attributes, &none)) == 0 &&
        (code = posix_spawnattr_setpgroup(&attributes, 0)) == 0 &&
        (code = posix_spawnattr_setflags(&attributes, flags)) == 0) {
        code = posix_spawn(child, program, &actions, &attributes, arguments, environment);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

// `WIFEXITED` and its like are macros. The answer is the exit code, or the signal's number made negative.
static inline int itp_exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

// `environ` is a mutable global, which Swift 6 refuses.
extern char **environ;
static inline char *const *itp_environment(void) { return environ; }

// SIG_IGN is a macro that casts an integer to a function pointer.
static inline int itp_ignore_signal(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -1 : 0; }

// A signal's handler may only do what is safe in the middle of anything; Swift code is not. This one writes the signal's
// number into a pipe. (Dispatch's signal sources lose signals on Linux where a thread has them neither blocked nor handled.)
static volatile int itp_signal_pipe = -1;

static inline void itp_pass_signal_on(int number) {
    int reason = errno;
    unsigned char byte = (unsigned char)number;
    ssize_t written = write(itp_signal_pipe, &byte, 1);
    (void)written;
    errno = reason;
}

static inline int itp_catch_signal(int number, int pipe) {
    struct sigaction action = {0};
    action.sa_handler = itp_pass_signal_on;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    itp_signal_pipe = pipe;
    return sigaction(number, &action, NULL);
}

// A word that says that the program has trapped, for the next start to read. A handler may only do what is safe in the
// middle of anything: a store, and giving the signal back to whoever had it, who meets it when the instruction runs again.
static volatile uint64_t *itp_trap_word = NULL;
static const int itp_trap_signals[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};

// Whose the signals were before. (A global array is not emitted for Swift's sake, one within a function is.)
static inline struct sigaction *itp_trap_former(size_t index) {
    static struct sigaction former[sizeof itp_trap_signals / sizeof itp_trap_signals[0]];
    return &former[index];
}

static inline void itp_note_trap(int number) {
    volatile uint64_t *word = itp_trap_word;
    if (word != NULL) { *word = 2; }
    for (size_t i = 0; i < sizeof itp_trap_signals / sizeof itp_trap_signals[0]; i++) {
        if (itp_trap_signals[i] == number) { sigaction(number, itp_trap_former(i), NULL); }
    }
}

static inline void itp_mark_traps(uint64_t *word) {
    int is_new = itp_trap_word == NULL;
    itp_trap_word = word;
    if (!is_new) { return; }
    for (size_t i = 0; i < sizeof itp_trap_signals / sizeof itp_trap_signals[0]; i++) {
        struct sigaction action = {0}, former;
        action.sa_handler = itp_note_trap;
        sigemptyset(&action.sa_mask);
        if (sigaction(itp_trap_signals[i], &action, &former) == 0 && former.sa_handler != itp_note_trap) {
            *itp_trap_former(i) = former;
        }
    }
}

static inline void itp_forget_traps(uint64_t *word) {
    if (itp_trap_word == word) { itp_trap_word = NULL; }
}

#endif
