// A .proto schema read from its text. libprotobuf parses and checks it; what is kept are plain
// types, so that nothing of libprotobuf is needed to read messages or to include this file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/payload/protobuf.h"
#include "dissector/payload/protobuf_types.h"

namespace framescope {

class ProtobufSchema {
public:
    /// Text of a file that is imported under `name`; nothing if there is none. The files of
    /// google/protobuf/ that libprotobuf brings along are not asked for.
    using Import = std::function<std::optional<std::string>(const std::string& name)>;

    struct Build;
    /// Reads the schema `text`; `name` is what its errors call it.
    static Build build(const std::string& name, const std::string& text, const Import& import);

    /// The shape of the message called `name`: with its package, or without where only one message
    /// ends so. Nothing if there is no such message. The schema must outlive it.
    std::optional<ProtobufShape> shapeOf(std::string_view name) const;
    /// Names of the messages of the file itself, in its order, nested ones behind their parent.
    const std::vector<std::string>& messageNames() const { return m_messageNames; }

private:
    ProtobufTypes m_types;
    std::vector<std::string> m_messageNames;
};

/// A schema, or one sentence that says what is wrong, with file and line.
struct ProtobufSchema::Build {
    std::shared_ptr<const ProtobufSchema> schema;
    std::string error;
};

}  // namespace framescope
