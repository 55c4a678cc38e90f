// An HTTP head for people: its tree, its one line, and the tree of a chunked body.
#pragma once

#include <cstddef>
#include <string>

#include "dissector/field/field_tree.h"
#include "dissector/http/chunked.h"
#include "dissector/http/head.h"

namespace framescope::http {

/// Appends the tree of a head whose first byte (of what parseHead() was given) stands at `place`.
/// Returns the layer's line.
FieldIndex describeHead(const Head& head, FieldTree& tree, Place place);

/// Appends one field per chunk and trailer line of a chunked body that stands at `place`; at most
/// `maxChunks` chunks, then a line that says that there are more.
void describeChunks(ByteView body, FieldTree& tree, Place place, std::size_t maxChunks = 1000);
/// The same of a body whose `parts` are known, in which bytes may be missing.
void describeChunks(ByteView body, const std::vector<ChunkPart>& parts, FieldTree& tree,
                    Place place, std::size_t maxChunks = 1000);

/// "GET /chat HTTP/1.1" or "101 Switching Protocols", at most `maxChars` characters.
std::string summary(const Head& head, std::size_t maxChars);

}  // namespace framescope::http
