// zlib for Swift: `inflateInit2` is a macro that adds the version and the size of the structure.
#ifndef ITP_CZLIB_SHIM_H
#define ITP_CZLIB_SHIM_H

#include <zlib.h>

static inline int itp_inflate_init(z_stream *stream, int window_bits) { return inflateInit2(stream, window_bits); }

#endif
