// libcurl for Swift: `curl_easy_setopt` and `curl_easy_getinfo` are variadic, which Swift does not import, so each type
// of argument has a wrapper of its own.
#ifndef ITP_CCURL_SHIM_H
#define ITP_CCURL_SHIM_H

#include <curl/curl.h>

static inline CURLcode itp_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode itp_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode itp_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode itp_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

#endif
