// SQLite for Swift.
#ifndef ITP_CSQLITE_SHIM_H
#define ITP_CSQLITE_SHIM_H

#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast of -1 to a function pointer, a macro that Swift does not import: SQLite copies the bytes.
static inline int itp_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *bytes, int count) {
    return sqlite3_bind_text(statement, index, bytes, count, SQLITE_TRANSIENT);
}

static inline int itp_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

// sqlite3_config takes any number of arguments, which Swift cannot call. To be called once, before anything else: SQLite's own
// tally of its memory costs a lock with each allocation, and nobody reads it.
static inline int itp_sqlite_configure(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

#endif
