// What is loaded with this does not wait until its data is out of the disk's own cache: fdatasync does nothing. For
// Benchmarks/accept alone, whose servers write past the page cache, so that it is the flush that is left out; what is written
// through the cache, in the first MiB of a new journal, is not even on the disk then. fsync, once a segment, flushes as ever.
// Nothing is safe from a loss of power.
int fdatasync(int file) {
    (void)file;
    return 0;
}
