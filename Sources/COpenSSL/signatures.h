// Signatures of senders. Several calls of OpenSSL in a row with objects to be freed on every way out are safer in one place,
// and Swift does not import the macros among them.
#ifndef ITP_COPENSSL_SIGNATURES_H
#define ITP_COPENSSL_SIGNATURES_H

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

// 1, 256 or 512 bits of SHA.
static inline const EVP_MD *itp_hash(int bits) {
    switch (bits) {
    case 1: return EVP_sha1();
    case 256: return EVP_sha256();
    default: return EVP_sha512();
    }
}

// The code of a message; how many bytes of `out`, which needs 64, are used; 0 if it failed.
static inline size_t itp_hmac(int bits, const uint8_t *key, size_t key_count, const uint8_t *message, size_t count,
                              uint8_t *out) {
    static const uint8_t nothing[1] = {0};
    unsigned int length = 0;
    if (key_count > INT_MAX) return 0;
    if (HMAC(itp_hash(bits), key_count > 0 ? key : nothing, (int)key_count, count > 0 ? message : nothing, count, out,
             &length) == NULL)
        return 0;
    return length;
}

// Whether a message was signed by the RSA key of a certificate in PEM, whose validity in time counts as well: 1, 0, or -1 if
// the certificate cannot be read, is not of RSA, or is not valid now.
static inline int itp_rsa_verify(int bits, const uint8_t *pem, size_t pem_count, const uint8_t *message, size_t count,
                                 const uint8_t *signature, size_t signature_count) {
    int result = -1;
    EVP_PKEY *key = NULL;
    EVP_MD_CTX *context = NULL;
    X509 *certificate = NULL;
    BIO *bio = pem_count > INT_MAX ? NULL : BIO_new_mem_buf(pem, (int)pem_count);
    if (bio == NULL) goto out;
    certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    if (certificate == NULL) goto out;
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) goto out;
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) goto out;
    key = X509_get_pubkey(certificate);
    if (key == NULL || EVP_PKEY_base_id(key) != EVP_PKEY_RSA) goto out;
    context = EVP_MD_CTX_new();
    if (context == NULL) goto out;
    if (EVP_DigestVerifyInit(context, NULL, itp_hash(bits), NULL, key) != 1) goto out;
    result = EVP_DigestVerify(context, signature, signature_count, message, count) == 1 ? 1 : 0;
out:
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    X509_free(certificate);
    BIO_free(bio);
    return result;
}

#endif
