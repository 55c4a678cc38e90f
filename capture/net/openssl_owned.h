// OpenSSL's objects with an owner, for the files of this folder.
#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace framescope::net {

template <auto Free>
struct OpenSslFree {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};

using OwnedBio = std::unique_ptr<BIO, OpenSslFree<BIO_free_all>>;
using OwnedContext = std::unique_ptr<SSL_CTX, OpenSslFree<SSL_CTX_free>>;
using OwnedKey = std::unique_ptr<EVP_PKEY, OpenSslFree<EVP_PKEY_free>>;
using OwnedSsl = std::unique_ptr<SSL, OpenSslFree<SSL_free>>;
using OwnedCertificate = std::unique_ptr<X509, OpenSslFree<X509_free>>;

}  // namespace framescope::net
