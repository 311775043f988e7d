// TLS of a server, for Swift.
#ifndef ITP_COPENSSL_TLS_H
#define ITP_COPENSSL_TLS_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

// The selection of HTTP/1.1 by ALPN: OpenSSL calls back in the middle of a handshake. A peer that offers none gets none; one
// that offers others alone is refused (RFC 7301, 3.2).
static inline int itp_ssl_select_protocol(SSL *ssl, const unsigned char **out, unsigned char *length,
                                          const unsigned char *offered, unsigned int count, void *context) {
    static const unsigned char ours[] = "\x08http/1.1";
    (void)ssl;
    (void)context;
    if (SSL_select_next_proto((unsigned char **)out, length, ours, sizeof ours - 1, offered, count) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    return SSL_TLSEXT_ERR_OK;
}

// A server's context: TLS 1.2 and 1.3, forward secrecy and authenticated encryption alone, no renegotiation, no compression.
// Most of the calls are macros around SSL_CTX_ctrl.
static inline SSL_CTX *itp_ssl_server_context(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL) return NULL;
    static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:!aNULL:!eNULL:!PSK:!SRP";
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, ciphers) != 1) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    // Tickets carry the session to the client; nothing is kept here for those that do not come back.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, itp_ssl_select_protocol, NULL);
    return context;
}

static inline int itp_ssl_use_chain(SSL_CTX *context, const char *path) {
    return SSL_CTX_use_certificate_chain_file(context, path);
}

// SSL_FILETYPE_PEM is a macro of a macro.
static inline int itp_ssl_use_key(SSL_CTX *context, const char *path) {
    return SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM);
}

// A key with a passphrase must not make OpenSSL ask for it on the terminal.
static inline int itp_ssl_no_passphrase(char *buffer, int size, int writing, void *context) {
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

static inline void itp_ssl_never_ask(SSL_CTX *context) {
    SSL_CTX_set_default_passwd_cb(context, itp_ssl_no_passphrase);
}

// 1 if the certificate is still or already valid now, 0 if it has run out, -1 if it is not valid yet.
static inline int itp_ssl_certificate_time(SSL_CTX *context) {
    X509 *certificate = SSL_CTX_get0_certificate(context);
    if (certificate == NULL) return 0;
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) return -1;
    return X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}

// A session between two buffers in memory: what the peer sends goes into one, what is for the peer comes out of the other.
static inline SSL *itp_ssl_accepting(SSL_CTX *context) {
    SSL *ssl = SSL_new(context);
    BIO *from_peer = BIO_new(BIO_s_mem());
    BIO *to_peer = BIO_new(BIO_s_mem());
    if (ssl == NULL || from_peer == NULL || to_peer == NULL) {
        SSL_free(ssl);
        BIO_free(from_peer);
        BIO_free(to_peer);
        return NULL;
    }
    BIO_set_mem_eof_return(from_peer, -1);
    BIO_set_mem_eof_return(to_peer, -1);
    SSL_set_bio(ssl, from_peer, to_peer);
    SSL_set_accept_state(ssl);
    return ssl;
}

static inline long itp_ssl_waiting_output(const SSL *ssl) { return (long)BIO_ctrl_pending(SSL_get_wbio(ssl)); }

// Why the last call failed, as OpenSSL says it; empties its queue of errors.
static inline void itp_ssl_reason(char *text, size_t size) {
    unsigned long code = 0, next;
    while ((next = ERR_get_error()) != 0) {
        if (code == 0) code = next;
    }
    const char *reason = code == 0 ? "no reason given" : ERR_reason_error_string(code);
    strncpy(text, reason == NULL ? "unknown" : reason, size - 1);
    text[size - 1] = 0;
}

#endif
