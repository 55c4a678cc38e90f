// A request as routes see it, and the response they give. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/http/head.h"

namespace framescope::server {

struct Request {
    http::Head head;
    std::string path;  ///< decoded, without the query
    Bytes body;

    bool is(std::string_view method) const { return head.method == method; }
    /// The first parameter of that name in the query, decoded; nothing if it is not there.
    std::optional<std::string> parameter(std::string_view name) const;
    /// A parameter as a number in a range; `otherwise` where there is none. Nothing if it is none.
    std::optional<std::uint64_t> number(std::string_view name, std::uint64_t otherwise,
                                        std::uint64_t least, std::uint64_t greatest) const;
};

struct Response {
    std::uint16_t status = 200;
    std::vector<http::Header> headers;
    Bytes body;

    void add(std::string name, std::string value);
};

/// The path of a target, decoded.
std::string pathOf(std::string_view target);
/// %41 as A; a % that is none of that stays.
std::string decodePercent(std::string_view text);
/// "Not Found"; "" for a status without a name.
std::string_view statusPhrase(std::uint16_t status);
/// A response of one line of text, such as a sentence.
Response textResponse(std::uint16_t status, std::string_view text);
/// What a browser asks for before its page on another origin may read a response.
void addCors(const Request& request, Response& response);

}  // namespace framescope::server
