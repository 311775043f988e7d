// The part of libFuzzer that is called: it has no header of its own.
#ifndef ITP_CFUZZER_SHIM_H
#define ITP_CFUZZER_SHIM_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*run)(const uint8_t *bytes, size_t count));

#endif
