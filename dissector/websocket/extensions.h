// Sec-WebSocket-Extensions (RFC 6455 section 9.1): what a client offers and a server agrees to, and
// what that means for compression: permessage-deflate (RFC 7692 section 7.1) and the older
// x-webkit-deflate-frame. Every element is kept, also those that are malformed or not known.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/http/head.h"
#include "dissector/issue/issue.h"
#include "dissector/layer/layer.h"

namespace framescope::websocket {

struct ExtensionParameter {
    std::string name;
    std::optional<std::string> value;  ///< without its quotes
    bool quoted = false;
    ByteRange range;  ///< in the element

    bool operator==(const ExtensionParameter&) const = default;
};

/// One element of the header: an extension with its parameters.
struct Extension {
    std::string name;
    std::vector<ExtensionParameter> parameters;
    std::string text;        ///< the element as it was written
    bool malformed = false;  ///< not of the form the RFC gives: only `text` counts

    bool operator==(const Extension&) const = default;
};

/// Reads one element of the header, without the commas around it.
Extension parseExtension(std::string_view element);
/// Writes an element; of a malformed one its text.
void encode(const Extension& extension, ByteWriter& out);
/// All elements of all Sec-WebSocket-Extensions headers, in their order.
std::vector<Extension> extensionsOf(const http::Head& head);

/// What is wrong with the offers of a request (part HttpSecWebSocketExtensions).
void checkOffers(const std::vector<Extension>& offers, IssueSink& issues);
/// What is wrong with what a response agrees to. `offers` null: the request is not known, then only
/// what is wrong by itself can be told.
void checkAgreed(const std::vector<Extension>& agreed, const std::vector<Extension>* offers,
                 IssueSink& issues);

/// The compression that a response agrees to. Parameters that cannot be read count as not given.
/// The offers tell what the client asked of the server for x-webkit-deflate-frame, where each side
/// names the limits of the other; null where they are not known.
Compression compressionOf(const std::vector<Extension>& agreed,
                          const std::vector<Extension>* offers);

/// Appends an element that stands at `place`, its parameters below it.
void describe(const Extension& extension, FieldTree& tree, Place place);

}  // namespace framescope::websocket
