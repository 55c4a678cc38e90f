// Headers of which only what they carry is read: how long they are, and what follows them. They are
// rows of two tables, one by link type and one by EtherType, and share one field in the tree.
#pragma once

#include <optional>

#include "dissector/packet/walk.h"

namespace framescope::plain_header {

/// True for the link types that begin with a header of the first table.
bool isLinkType(std::uint32_t linkType);
/// The header of the link type `walk.type`.
void stepLink(Walk& walk);

/// True for the EtherTypes that announce a header of the second table.
bool isEtherType(std::uint16_t etherType);
/// The header that the EtherType `walk.type` announced.
void stepTag(Walk& walk);
/// TRILL, RFC 6325 section 3.
void stepTrill(Walk& walk);
/// The network service header, RFC 8300 section 2.
void stepNsh(Walk& walk);

/// What the header is called in a sentence, "Cisco VN-Tag"; null where there is none of the type.
const char* nameOfLink(std::uint32_t linkType);
const char* nameOfTag(std::uint16_t etherType);

/// Appends the field for a header of `size` bytes at the walk's place; `protocol` stands in its
/// bytes `at`, if it is known.
void describe(Walk& walk, std::size_t size, const char* text, const char* name,
              std::optional<std::uint16_t> protocol = {}, std::size_t at = 0);

}  // namespace framescope::plain_header
