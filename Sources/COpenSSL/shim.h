// OpenSSL for Swift: much of its API are macros, which Swift does not import.
#ifndef ITP_COPENSSL_SHIM_H
#define ITP_COPENSSL_SHIM_H

#include "signatures.h"
#include "tls.h"

#endif
