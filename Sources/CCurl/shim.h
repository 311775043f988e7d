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

// A callback is passed through the same variadic call; the function's type is checked here, as C would not.
typedef size_t (*itp_curl_sink)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode itp_curl_set_sink(CURL *handle, CURLoption option, itp_curl_sink sink) {
    return curl_easy_setopt(handle, option, sink);
}

static inline CURLcode itp_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(handle, option, list);
}

// Its name changed in 8.2, which keeps the old one as a macro that Swift does not import.
static inline CURLcode itp_curl_allow_failing_recipients(CURL *handle) {
    return curl_easy_setopt(handle, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
}

static inline CURLcode itp_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode itp_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode itp_curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode itp_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

// The result stands in a union inside the message.
static inline CURLcode itp_curl_message_result(const CURLMsg *message) { return message->data.result; }

// CURL_GLOBAL_DEFAULT is a macro made of other macros.
static inline CURLcode itp_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

#endif
