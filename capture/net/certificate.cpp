// A certificate that signs itself (RFC 5280), for test servers on this machine.
#include <memory>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "capture/net/openssl_owned.h"
#include "capture/net/transport.h"

namespace framescope::net {
namespace {

constexpr long kDaySeconds = 24 * 60 * 60;
constexpr long kValidDays = 30;
constexpr long kVersion3 = 2;

Error failure() {
    const char* reason = ::ERR_reason_error_string(::ERR_peek_last_error());
    ::ERR_clear_error();
    return Error{std::string("No certificate can be made: ") +
                 (reason != nullptr ? reason : "OpenSSL does not say why") + '.'};
}

bool addExtension(X509* certificate, int which, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    ::X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, &context, which, value);
    const bool added = extension != nullptr && ::X509_add_ext(certificate, extension, -1) == 1;
    ::X509_EXTENSION_free(extension);
    return added;
}

bool fillIn(X509* certificate, EVP_PKEY* key) {
    std::uint64_t serial = 0;
    if (::RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
    X509_NAME* const name = ::X509_get_subject_name(certificate);
    const auto* const commonName = reinterpret_cast<const unsigned char*>("localhost");
    const auto* const organization = reinterpret_cast<const unsigned char*>("Framescope");
    return ::X509_set_version(certificate, kVersion3) == 1 &&
           ::ASN1_INTEGER_set_uint64(::X509_get_serialNumber(certificate), serial >> 1 | 1) == 1 &&
           // A day before: clocks of other machines are not always right.
           ::X509_gmtime_adj(::X509_getm_notBefore(certificate), -kDaySeconds) != nullptr &&
           ::X509_gmtime_adj(::X509_getm_notAfter(certificate), kValidDays * kDaySeconds) !=
               nullptr &&
           ::X509_set_pubkey(certificate, key) == 1 &&
           ::X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, organization, -1, -1, 0) == 1 &&
           ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, commonName, -1, -1, 0) == 1 &&
           ::X509_set_issuer_name(certificate, name) == 1 &&
           addExtension(certificate, NID_subject_key_identifier, "hash") &&
           addExtension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           addExtension(certificate, NID_ext_key_usage, "serverAuth") &&
           addExtension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
           ::X509_sign(certificate, key, ::EVP_sha256()) > 0;
}

std::string contentOf(BIO* bio) {
    char* text = nullptr;
    const long length = BIO_get_mem_data(bio, &text);
    return {text, static_cast<std::size_t>(length)};
}

}  // namespace

Result<ServerCertificate> makeCertificate() {
    ::ERR_clear_error();
    const OwnedKey key(::EVP_EC_gen("P-256"));
    const OwnedCertificate certificate(::X509_new());
    if (!key || !certificate || !fillIn(certificate.get(), key.get())) return failure();
    const OwnedBio certificateText(::BIO_new(::BIO_s_mem()));
    const OwnedBio keyText(::BIO_new(::BIO_s_mem()));
    if (::PEM_write_bio_X509(certificateText.get(), certificate.get()) != 1 ||
        ::PEM_write_bio_PrivateKey(keyText.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                   nullptr) != 1) {
        return failure();
    }
    return ServerCertificate{contentOf(certificateText.get()), contentOf(keyText.get())};
}

}  // namespace framescope::net
