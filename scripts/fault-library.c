// Loaded into the program by scripts/fault-sweep: lets the Nth call of one kind on a file of the data folder fail, counted over all
// threads. From the environment: ITP_FAULT="CALL KIND N", ITP_FAULT_FOLDER, and ITP_FAULT_MARK, a file that is made when it has
// come. KILL ends the program before the call; SHORT writes half of what is given, and says so; FULL does so too, and says ENOSPC
// to the next write.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static char call[16], kind[16], folder[PATH_MAX], mark[PATH_MAX];
static long wanted;
static atomic_long seen;

__attribute__((constructor)) static void begin(void) {
    const char *fault = getenv("ITP_FAULT"), *where = getenv("ITP_FAULT_FOLDER"), *file = getenv("ITP_FAULT_MARK");
    if (!fault || !where || !file || sscanf(fault, "%15s %15s %ld", call, kind, &wanted) != 3) wanted = 0;
    else {
        snprintf(folder, sizeof folder, "%s/", where);
        snprintf(mark, sizeof mark, "%s", file);
    }
}

static int is_ours(const char *path) { return path && strncmp(path, folder, strlen(folder)) == 0; }

static int is_ours_by_number(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < 0) return 0;
    path[count] = 0;
    return is_ours(path) || strncmp(path, folder, strlen(folder) - 1) == 0;
}

// 0: goes on as usual; 1: half of it; else the error to fail with.
static int strikes(const char *name, int ours) {
    if (wanted == 0 || strcmp(name, call) != 0 || !ours) return 0;
    long number = atomic_fetch_add(&seen, 1) + 1;
    int is_full = strcmp(kind, "FULL") == 0;
    if (number != wanted && !(is_full && number == wanted + 1)) return 0;
    syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT, 0600));
    if (strcmp(kind, "KILL") == 0) kill(getpid(), SIGKILL);
    if (strcmp(kind, "SHORT") == 0 || (is_full && number == wanted)) return 1;
    return strcmp(kind, "EIO") == 0 ? EIO : ENOSPC;
}

#define STRUCK(name, ours)                   \
    do {                                     \
        int fault = strikes(name, ours);     \
        if (fault > 1) {                     \
            errno = fault;                   \
            return -1;                       \
        }                                    \
    } while (0)

static ssize_t write_at(int descriptor, const void *bytes, size_t count, off64_t offset) {
    int fault = strikes("pwrite", is_ours_by_number(descriptor));
    if (fault > 1) {
        errno = fault;
        return -1;
    }
    if (fault == 1 && count > 1) count /= 2;
    return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

ssize_t pwrite(int d, const void *b, size_t n, off_t o) { return write_at(d, b, n, o); }
ssize_t pwrite64(int d, const void *b, size_t n, off64_t o) { return write_at(d, b, n, o); }

int fdatasync(int d) {
    STRUCK("sync", is_ours_by_number(d));
    return syscall(SYS_fdatasync, d);
}
int fsync(int d) {
    STRUCK("sync", is_ours_by_number(d));
    return syscall(SYS_fsync, d);
}
int ftruncate(int d, off_t n) {
    STRUCK("ftruncate", is_ours_by_number(d));
    return syscall(SYS_ftruncate, d, n);
}
int ftruncate64(int d, off64_t n) { return ftruncate(d, n); }

static int open_it(const char *path, int flags, mode_t mode) {
    STRUCK("open", is_ours(path));
    return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
#define WITH_MODE(flags)                    \
    mode_t mode = 0;                        \
    if (flags & (O_CREAT | O_TMPFILE)) {    \
        va_list rest;                       \
        va_start(rest, flags);              \
        mode = va_arg(rest, mode_t);        \
        va_end(rest);                       \
    }
int open(const char *path, int flags, ...) {
    WITH_MODE(flags)
    return open_it(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    WITH_MODE(flags)
    return open_it(path, flags, mode);
}

int rename(const char *from, const char *to) {
    STRUCK("rename", is_ours(from));
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int unlink(const char *path) {
    STRUCK("unlink", is_ours(path));
    return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
